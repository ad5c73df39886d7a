"""Nothing bad happens: what the judge says then is the measure for everything else."""
import case
import trial


class Peace(trial.Trial):
    """Every kind of site; each page once. There are more items than a list's first page shows."""
    hosts, items = 24, trial.by_form(60, 75, 400)
    span_s = trial.by_form(8, 12, 60)

    def test_peace(self):
        self.start()
        self.live()
        self.end_in_peace()


class Revisits(trial.Trial):
    """Pages are looked at again within the time in which they are edited and withdrawn."""
    hosts, items = 12, 20
    span_s = trial.by_form(8, 20, 60)
    settings = {"page_s": 2}
    refetches_max = 10000  # sites without validators give everything each time

    def test_revisits(self):
        self.start()
        self.live()
        verdict = self.end_in_peace()
        self.assertGreater(verdict.figures["versions"], verdict.figures["stored"], "some edits were seen")


if __name__ == "__main__":
    case.main()
