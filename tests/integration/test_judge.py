"""The judge itself: it finds nothing where all is well, and each fault that is put before it."""
import json
import sys
import unittest

import judge
from fakeweb import Item, Version

PRESS, FARM, OUTSIDE = "127.8.0.1", "127.8.0.2", "127.8.0.77"
AI = {"ai": judge.Subscription(every=["人工智能"])}
ONE = "省里的人工智能条例公布了，各地正在学习。条例共有七章，自秋天起施行。"
TWO = "市水务集团修好了三座泵站，居民用上了放心水。工程历时两年，没有超支。"
TWO_LATER = "市水务集团修好了五座泵站，居民用上了放心水，人工智能也帮了忙。工程历时两年，没有超支。"


def url(host, path):
    return "http://%s:80%s" % (host, path)


def item(host, number, text, **more):
    address = more.pop("url", url(host, "/news/%d.html" % number))
    fields = dict(url=address, shown=address, host=host, number=number, published_ms=1000, story=address, noise="none",
                  same_text=True, versions=[Version(1000, "标题%d" % number, text)], withdrawn_ms=None, reachable=True, why=None)
    fields.update(more)
    return Item(**fields)


class World:
    """A small world in which all is well: an article, its copy, and one that was edited; each in its true state."""

    def __init__(self):
        first = item(PRESS, 1, ONE)
        second = item(PRESS, 2, TWO)
        self.items = [first, item(FARM, 3, ONE, story=first.url, noise="pinyin"),
                      second._replace(versions=[*second.versions, Version(5000, "标题2", TWO_LATER)])]
        self.hosts_list = [{"host": PRESS, "kind": "listing", "list": url(PRESS, "/list.htm"), "crawl_delay_ms": None},
                           {"host": FARM, "kind": "listing", "list": url(FARM, "/list.htm"), "crawl_delay_ms": 300}]
        self.log = []
        self.records, self.entries = [], []
        self.told = {"ai": []}
        for host in (PRESS, FARM):
            self.ask(host, "/robots.txt")
            self.ask(host, "/list.htm", 2000, shown=(0, 9))
        self.keep("new", self.items[0], 0, "s1")
        self.keep("reprint", self.items[1], 0, "s1")
        self.keep("new", self.items[2], 0, "s2")
        self.keep("updated", self.items[2], 1, "s2", version=2)
        self.tell("s1:new", 0)
        self.tell("s2:new", 3)  # the edit brought the word in

    # What the world and the program do.

    def ask(self, host, path, world_ms=6000, status=200, pause_us=1000000, shown=(0, 0), **more):
        start = max((r["end_us"] for r in self.log if r["host"] == host), default=0) + pause_us
        self.log.append(dict(start_us=start, end_us=start + 500, world_ms=world_ms, address=host, host=host, path=path,
                             status=status, complete=True, agent="policywatch-test/0.1", shown=list(shown), **more))

    def keep(self, event, kept, number, story, version=1):
        number_of_record = len(self.records) + 1
        shown = kept.versions[number]
        self.ask(kept.host, kept.url.partition(":80")[2], shown.at_ms + 1000)
        self.records.append({"url": kept.url, "version": version, "title": shown.title, "text": shown.text, "story": story,
                             "text_hash": "hash of " + shown.text})
        self.entries.append({"event": event, "record": number_of_record, "version": version, "story": story, "at_ms": 100})

    def tell(self, key, index):
        record = self.records[index]
        self.told["ai"].append((0, "200-%d" % len(self.told["ai"]), {
            "key": key, "url": record["url"], "version": str(record["version"]), "title": record["title"],
            "story": record["story"]}))

    # What the judge asks for.

    def ledger(self):
        return self.items

    def hosts(self):
        return self.hosts_list

    def requests(self):
        return self.log

    def table(self, name):
        values = {"records": self.records, "journal": self.entries}[name]
        return [(i.to_bytes(8, "big"), json.dumps(v).encode()) for i, v in enumerate(values, 1)]

    def alerts(self, name):
        return self.told[name]


class Judging(unittest.TestCase):
    def setUp(self):
        self.world = World()

    def judge(self, missing=(), hostile=(), **options):
        j = judge.Judge(self.world, 100, subscriptions=AI, **options)
        return j.judge(self.id(), [self.world], self.world, missing, hostile)

    def assert_found(self, kind, text, **more):
        verdict = self.judge(**more)
        found = {k: v for k, v in verdict.faults.items() if v}
        self.assertEqual(list(found), [kind], found)
        self.assertTrue(any(text in fault for fault in found[kind]), found[kind])

    def test_all_is_well(self):
        verdict = self.judge()
        self.assertTrue(verdict.is_clean(), verdict.text())
        self.assertEqual(verdict.figures["stored"], 3)
        self.assertEqual(verdict.figures["versions"], 4)
        self.assertEqual(verdict.figures["alerts"], 2)

    # Lost.

    def test_an_item_that_is_nowhere_is_lost(self):
        self.world.items.append(item(PRESS, 9, "一篇谁也没有看到的文章。"))
        self.assert_found("lost", "never admitted")

    def test_an_item_that_is_still_waited_for_is_lost(self):
        nine = item(PRESS, 9, "一篇谁也没有看到的文章。")
        self.world.items.append(nine)
        self.assert_found("lost", "is waiting", missing=[{"url": nine.url, "fate": "waiting", "reason": None}])

    def test_a_reachable_item_is_not_lost_for_any_reason(self):
        nine = item(PRESS, 9, "一篇谁也没有看到的文章。")
        self.world.items.append(nine)
        self.assert_found("lost", "is lost: empty", missing=[{"url": nine.url, "fate": "lost", "reason": "empty"}])

    def test_an_item_out_of_reach_may_be_lost_with_its_reason(self):
        nine = item(PRESS, 9, "", reachable=False, why="robots")
        self.world.items.append(nine)
        verdict = self.judge(missing=[{"url": nine.url, "fate": "lost", "reason": "robots"}])
        self.assertTrue(verdict.is_clean(), verdict.text())
        self.assertEqual(verdict.figures["lost with their reason"], 1)

    def test_an_item_out_of_reach_without_a_reason_is_lost(self):
        self.world.items.append(item(PRESS, 9, "", reachable=False, why="robots"))
        self.assert_found("lost", "never admitted")

    def test_what_was_withdrawn_before_a_look_was_never_shown(self):
        self.world.items.append(item(PRESS, 9, "撤回的文章。", published_ms=2100, withdrawn_ms=2200))
        self.world.ask(PRESS, "/list_1.htm", 2150, shown=(0, 9))
        self.assertTrue(self.judge().is_clean(), "another page of the list")
        self.world.ask(PRESS, "/list.htm", 2150, shown=(5, 10))
        self.assert_found("lost", "never admitted")
        self.assertTrue(self.judge(answers_get_lost=True).is_clean(), "whoever read the list was killed")

    def test_an_answer_that_is_not_what_is_stored_is_lost(self):
        """A validator without its page: the server says that nothing changed, and the store has the version before."""
        del self.world.records[3], self.world.entries[3], self.world.told["ai"][1]
        self.world.ask(PRESS, "/news/2.html", 9000, status=304)
        self.assert_found("lost", "as of version 2, stored is version 1")

    def test_a_missing_alert_is_lost(self):
        del self.world.told["ai"][1]
        self.assert_found("lost", "no alert s2:new")

    def test_a_version_that_the_journal_does_not_have_is_lost(self):
        del self.world.entries[3]
        verdict = self.judge()
        self.assertTrue(any("stands in the journal 0 times" in f for f in verdict.faults["lost"]), verdict.text())

    def test_a_gap_in_the_journal_is_lost(self):
        table = self.world.table
        self.world.table = lambda name: [row for row in table(name) if name != "journal" or row[0][-1] != 2]
        self.assertTrue(any("from 1 to 3" in f for f in self.judge().faults["lost"]))

    # Duplicated.

    def test_a_version_that_says_the_same_is_duplicated(self):
        self.world.keep("updated", self.world.items[0], 0, "s1", version=2)
        del self.world.log[-1]
        verdict = self.judge()
        self.assertTrue(any("says what the one before says" in f for f in verdict.faults["duplicated"]), verdict.text())

    def test_an_alert_that_comes_twice_is_duplicated(self):
        self.world.told["ai"].append((0, "300-0", self.world.told["ai"][0][2]))
        self.assert_found("duplicated", "s1:new")

    def test_an_alert_that_was_delivered_before_redis_lost_it_is_duplicated(self):
        self.world.told["ai"].append((1, "300-0", self.world.told["ai"][0][2]))
        self.assert_found("duplicated", "again after Redis had lost it")

    # Impolite.

    def test_two_requests_at_a_time_are_impolite(self):
        self.world.ask(PRESS, "/list.htm", pause_us=-200)
        self.assert_found("impolite", "had ended")

    def test_a_pause_below_the_delay_is_impolite(self):
        self.world.ask(PRESS, "/list.htm", pause_us=98000)
        self.assert_found("impolite", "only 98.0 ms after")

    def test_a_pause_below_the_hosts_own_delay_is_impolite(self):
        self.world.ask(FARM, "/list.htm", pause_us=150000)
        self.assert_found("impolite", "only 150.0 ms after")

    def test_a_delay_that_only_a_killed_crawler_was_told_binds_nobody(self):
        self.world.log.insert(self.world.log.index(next(r for r in self.world.log if r["host"] == FARM)),
                              dict(self.world.log[0], host=FARM, address=FARM, start_us=850000, end_us=850500))
        self.assert_found("impolite", "/robots.txt only 149.5 ms after /robots.txt", refetches_max=1)
        self.assertTrue(self.judge(refetches_max=1, answers_get_lost=True).is_clean())

    def test_a_delay_that_was_heeded_once_is_known(self):
        self.world.ask(FARM, "/robots.txt", pause_us=150000)
        self.assert_found("impolite", "only 150.0 ms after", refetches_max=1, answers_get_lost=True)

    def test_an_address_over_its_limit_is_impolite(self):
        for name in ("a", "b", "c"):
            self.world.log.append(dict(self.world.log[0], host=name, start_us=0, end_us=9000))
        self.assert_found("impolite", "3 requests at a time", address_max=2, refetches_max=9)

    def test_what_robots_txt_forbids_is_impolite(self):
        self.world.ask(PRESS, "/private/9.html", status=404)
        self.assert_found("impolite", "forbidden by robots.txt")

    def test_a_host_that_is_no_source_is_impolite(self):
        self.world.ask(OUTSIDE, "/x.html", status=404)
        self.assert_found("impolite", "outside of every source")

    def test_a_request_without_a_name_is_impolite(self):
        self.world.ask(PRESS, "/list.htm")
        self.world.log[-1]["agent"] = "curl/7.88"
        self.assert_found("impolite", "curl/7.88")

    def test_a_page_that_is_got_again_is_impolite(self):
        self.world.ask(PRESS, "/news/1.html?utm_source=x", 9000)
        self.assert_found("impolite", "got again")
        self.assertTrue(self.judge(refetches_max=1).is_clean())

    # Wrong.

    def test_a_stored_page_that_is_no_item_is_wrong(self):
        self.world.records.append(dict(self.world.records[0], url=url(PRESS, "/calendar/2025/06/")))
        self.world.entries.append(dict(self.world.entries[0], record=5, event="reprint"))
        self.assert_found("wrong", "no item")

    def test_a_text_that_was_not_published_is_wrong(self):
        self.world.records[0]["text"] = "首页 新闻 财经 体育 娱乐 科技"
        verdict = self.judge()
        self.assertTrue(any("is not what was published" in f for f in verdict.faults["wrong"]), verdict.text())

    def test_a_title_that_was_not_published_is_wrong(self):
        self.world.records[2]["title"] = "网站首页"
        verdict = self.judge()
        self.assertTrue(any("is not what was published" in f for f in verdict.faults["wrong"]), verdict.text())

    def test_one_text_in_two_stories_is_wrong(self):
        self.world.records[1]["story"] = self.world.entries[1]["story"] = "s9"
        self.world.tell("s9:new", 1)
        self.assert_found("wrong", "one text, 2 stories")

    def test_an_alert_that_nothing_explains_is_wrong(self):
        self.world.tell("s2:updated:x", 2)
        self.assert_found("wrong", "s2:updated:x")

    def test_an_alert_about_another_page_is_wrong(self):
        self.world.told["ai"][0][2]["url"] = url(PRESS, "/news/2.html")
        self.assert_found("wrong", "should be about")

    def test_an_item_out_of_reach_that_is_stored_is_wrong(self):
        self.world.items[1] = self.world.items[1]._replace(reachable=False, why="soft-404")
        self.assert_found("wrong", "soft-404")

    # Hostile hosts.

    def hostile_host(self, fate):
        return {"host": "127.9.0.1", "kind": "reset-body", "fate": fate, "urls": [url("127.9.0.1", "/a/1.htm")]}

    def test_a_hostile_page_has_a_fate_that_is_asked_for(self):
        host = self.hostile_host("stored|lost:down")
        down = {"url": host["urls"][0], "fate": "waiting", "reason": "down"}
        self.assertTrue(self.judge(missing=[down], hostile=[host]).is_clean())
        self.assert_found("wrong", "lost:empty", missing=[dict(down, reason="empty")], hostile=[host])
        self.assert_found("lost", "not-requested", hostile=[host])

    def test_what_is_not_to_be_requested_is_not(self):
        host = self.hostile_host("not-requested")
        self.assertTrue(self.judge(hostile=[host]).is_clean())
        self.world.ask("127.9.0.1", "/a/1.htm")
        self.assert_found("lost", "not-requested", hostile=[host])


class Texts(unittest.TestCase):
    def test_folding_sees_through_script_width_and_punctuation(self):
        fold = judge.Folding()
        self.assertEqual(fold("復雜的，ＡＩ　條例！"), fold("复杂的AI条例"))

    def test_texts_that_differ_in_a_paragraph_are_not_alike(self):
        fold = judge.Folding()
        self.assertEqual(judge.likeness(fold(ONE), fold(ONE)), 1)
        self.assertLess(judge.likeness(fold(TWO), fold(TWO_LATER)), judge.SAME_TEXT)

    def test_visitors_marks_are_no_part_of_a_place(self):
        self.assertEqual(judge.place("/a.html;jsessionid=1F?id=3&utm_source=x&PHPSESSID=9"), "/a.html?id=3")
        self.assertEqual(judge.place("/show.php?id=3"), "/show.php?id=3")

    def test_a_subscription_means_what_its_query_says(self):
        s = judge.Subscription(every=["算力"], some=["大模型", "产业"], none=["招聘"])
        self.assertEqual(s.query, "算力 (大模型 OR 产业) -招聘")
        self.assertTrue(s.matches("算力与产业"))
        self.assertFalse(s.matches("算力"))
        self.assertFalse(s.matches("算力产业招聘"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
