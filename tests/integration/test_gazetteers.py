"""Gazetteers: what articles are about is in their records, by the program's names and the operator's own."""
import json
import os
import subprocess

import case
import prose
import world


class Gazetteers(case.Case):
    def write_own(self, text):
        os.makedirs(os.path.join(self.node.folder, "gazetteers.d"), exist_ok=True)
        self.node.write("gazetteers.d/own.yaml", text)

    def technologies_of(self, number):
        return {t for r in self.node.store().records() if r["url"].endswith("/%d.html" % number) for t in r["ai_technologies"]}

    def stored(self, number):
        return any(u.endswith("/%d.html" % number) for u in self.node.stored_urls())

    def publish(self, number, words):
        self.publish_daily(prose.Article(number, words))
        self.wait_for(lambda: self.stored(number), "article %d is stored" % number)
        return self.technologies_of(number)

    def test_names_are_found_reloaded_and_kept_over_a_fault(self):
        self.write_own("ai_technologies:\n  - {name: 河畔模型, also: [岸柳]}\n")
        self.start()
        self.wait_for_all()
        self.assertEqual(self.publish(280, ["DeepSeek", "岸柳"]), {"DeepSeek", "河畔模型"})
        found = json.loads(self.node.call("search", "tech:河畔模型", "--json").stdout.splitlines()[0])
        self.assertTrue(found)
        self.write_own("ai_technologies:\n  - {nome: 河畔模型}\n")
        self.node.reload()
        self.wait_for(lambda: "own.yaml:2" in self.node.log_text(), "the fault is told by its line")
        self.assertEqual(self.publish(281, ["岸柳"]), {"河畔模型"})
        self.write_own("ai_technologies:\n  - {name: 河畔模型, also: [石桥]}\n  - {name: DeepSeek, off: true}\n")
        before = self.node.log_text().count("configuration reloaded")
        self.node.reload()
        self.wait_for(lambda: self.node.log_text().count("configuration reloaded") >= before + 3, "all services have reloaded")
        self.assertEqual(self.publish(282, ["岸柳", "石桥", "DeepSeek"]), {"河畔模型"})
        self.assertEqual(self.publish(283, ["岸柳", "DeepSeek"]), set())

        with open(self.node.config, "a") as f:
            f.write("\ngazetteers_dir: %s\n" % os.path.join(self.node.folder, "vanished"))
        os.remove(os.path.join(self.node.folder, "gazetteers.d", "own.yaml"))
        self.node.reload()
        self.wait_for(lambda: "no gazetteers in" in self.node.log_text(), "it is told that they have vanished")
        self.assertEqual(self.publish(284, ["石桥"]), {"河畔模型"})
        self.node.stop()

    def check(self, *arguments, text=None):
        return subprocess.run([self.node.program, "check", "gazetteers", "-c", self.node.config, *arguments], input=text,
                              capture_output=True, text=True, timeout=60)

    def test_check_gazetteers(self):
        self.assertEqual(self.check().returncode, 0)
        r = self.check("--text", "-", "--json", text="第一行\n浙江省科技厅用ＤｅｅｐＳｅｅｋ。\n")
        hits = [json.loads(l) for l in r.stdout.splitlines()]
        self.assertIn({"place": "2:8", "table": "ai_technologies", "name": "DeepSeek", "text": "ＤｅｅｐＳｅｅｋ", "why": "sure"}, hits)
        self.assertIn(("2:3", "科学技术厅"), {(h["place"], h["name"]) for h in hits})
        self.assertEqual(self.check("--text", "-", text="无\n").returncode, 1)
        self.write_own("ai_technologies:\n  - {name: a}\n")
        r = self.check()
        self.assertEqual(r.returncode, 1)
        self.assertRegex(r.stderr, r"own\.yaml:2: a is too short")
        own = os.path.join(self.node.folder, "gazetteers.d", "own.yaml")
        self.write_own("industries: [{name: 甲业, also: [乙业]}]\n")
        counts = json.loads(self.check("--json", own).stdout)
        self.assertEqual((counts["industries"], counts["names"]), (1, 2))


if __name__ == "__main__":
    case.main()
