"""The heads of the audiences' recaps of real weeks, and how much they share.

    audiences.py [--binary PATH] [WEEK..]          default: the release build, every week that is there

Needs evaluation material beside the checkout, as weeks.py does. Prints the first five stories of each audience, and of
each two audiences how many of these they share: at most two, or one of them has no list of its own.
"""

import itertools
import json
import sys
import tempfile
from pathlib import Path

from weeks import Run, arguments, commands, start_replay

AUDIENCES = ("founders", "developers", "researchers", "policy")
HEAD = 5
MOST_SHARED = HEAD // 2


def main():
    chosen = arguments(__doc__)
    apart = [is_apart(chosen.binary, week) for week in chosen.weeks]
    sys.exit(0 if all(apart) else 1)


def is_apart(binary, week):
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "recapd.toml"
        at = commands(binary, week, config)
        replay = start_replay(week, config)
        try:
            Run([*at("00:00:00"), "poll", "--all"])
        finally:
            replay.terminate()
            replay.wait()
        recap = [*at("02:00:00"), "recap", "--week", week, "--format", "json", "--audience"]
        told = {audience: json.loads(Run([*recap, audience]).told) for audience in AUDIENCES}
    lists = {audience: feed["items"][0]["_recapd"]["stories"] for audience, feed in told.items()}
    print(f"{week}")
    for audience, stories in lists.items():
        print(f"  {audience}: {len(stories)} stories")
        for story in stories[:HEAD]:
            print(f"    {story['score']['total']:5.1f}  {story['title']}")
    heads = {audience: {story["id"] for story in stories[:HEAD]} for audience, stories in lists.items()}
    shared = {pair: len(heads[pair[0]] & heads[pair[1]]) for pair in itertools.combinations(AUDIENCES, 2)}
    for (one, other), count in shared.items():
        print(f"  {one} and {other} share {count} of {HEAD}")
    return all(count <= MOST_SHARED for count in shared.values())


main()
