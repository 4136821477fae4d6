"""How often each part of a card is filled, in real weeks that are replayed on loopback.

    cards.py [--binary PATH] [WEEK..]          default: the release build, every week that is there

Of the best 36 stories; those of the weeks have titles and hardly any texts. Needs the evaluation material of weeks.py.
"""

import json
import sqlite3
import tempfile
from pathlib import Path

import weeks

STORIES = 36

PARTS = ("hook", "what_changed", "why_it_matters", "what_to_do_next", "takeaways", "comparison", "technical", "outlook",
         "timeline", "disagreements")


def main():
    chosen = weeks.arguments(__doc__)
    for week in chosen.weeks:
        with tempfile.TemporaryDirectory() as folder:
            count(week, published(chosen.binary, week, Path(folder)))


def published(binary, week, folder):
    """The stories of a week's recap, as they are stored."""
    config = folder / "recapd.toml"
    at = weeks.commands(binary, week, config)
    replay = weeks.start_replay(week, config)
    try:
        config.write_text(config.read_text().replace("[recap]", f"[recap]\nstories = {STORIES}\nalso = 0"))
        weeks.Run([*at("00:00:00"), "poll", "--all"])
    finally:
        replay.terminate()
        replay.wait()
    weeks.Run([*at("02:00:00"), "publish"])
    database = sqlite3.connect(folder / "recapd.db")
    (body,) = database.execute("SELECT body FROM recap WHERE audience = ''").fetchone()
    return json.loads(body)["entries"]


def count(week, entries):
    print(f"{week}: {len(entries)} stories")
    for part in PARTS:
        filled = sum(bool(entry["insight"].get(part)) for entry in entries)
        print(f"  {part:<16} {filled:4}")


if __name__ == "__main__":
    main()
