"""Nothing bad happens: what the judge says then is the measure for everything else."""
import os

import case
import trial


class Peace(trial.Trial):
    hosts, items = 24, trial.by_form(30, 30, 400)
    span_s = trial.by_form(8, 10, 60)

    def test_peace(self):
        self.start()
        self.live()
        self.end_in_peace(int(os.environ.get("SECONDS_MAX", "90")))


if __name__ == "__main__":
    case.main()
