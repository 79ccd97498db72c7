#!/usr/bin/env python3
"""Every scenario of peering_scenario.py through `analyze`: the audit's verdicts are those due.

  peering_verdicts.py PNISCOPE [--show] [NAME...]

A row that no judge decides yet is only counted; JUDGED names those that are held to.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import peering_scenario

# rows that are held to
JUDGED = set(peering_scenario.ROWS)


def verdicts(program, directory):
    done = subprocess.run([program, "analyze", "-c", os.path.join(directory, "peering.conf"), "--json",
                           "--window", peering_scenario.WINDOW], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    if done.returncode != 0:
        return None, done.stderr.decode().strip()
    result = json.loads(done.stdout)
    return {row["id"]: row for row in result["audit"]}, ""


def why(row):
    checks = [f"{c['id']} {c['scope']}: {c['verdict']}, {c['reason']}" for c in row["subchecks"]]
    return "\n".join("        " + c for c in checks)


def form(row):
    """What a verdict must carry to be of use: who, where, what to do; evidence unless only declared."""
    lacks = []
    if row["verdict"] == "FAIL":
        lacks = [f for f in ("scope", "reasons", "next") if not row[f]]
        lacks += ["side"] if row["side"] in ("", "unknown") else []
        lacks += ["evidence"] if row["basis"] != "DECLARED" and not row["evidence"] else []
        lacks += ["since_us"] if not row["since_us"] else []
    elif row["verdict"] == "INCONCLUSIVE":
        lacks = [] if row["need"] else ["need"]
        lacks += [f"need.{f}" for need in row["need"] for f in ("what", "have", "want", "how") if not need[f]]
    return lacks


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--show", action="store_true", help="print rows that no judge decides yet, too")
    parser.add_argument("names", nargs="*")
    args = parser.parse_intermixed_args()
    held = waiting = wrong = 0
    for name in args.names or peering_scenario.PLANS:
        with tempfile.TemporaryDirectory() as directory:
            peering_scenario.write(name, directory)
            rows, error = verdicts(args.program, os.path.join(directory, name))
        if rows is None:
            print(f"WRONG  {name}: analyze failed: {error}")
            wrong += 1
            continue
        for row, due in peering_scenario.PLANS[name].due.items():
            have = rows[row]["verdict"]
            if row not in JUDGED:
                waiting += 1
            elif have == due and not form(rows[row]):
                held += 1
            elif have == due:
                wrong += 1
                print(f"WRONG  {name}: {row} is {have} as due, and lacks {', '.join(form(rows[row]))}")
            else:
                wrong += 1
            if have != due and (row in JUDGED or args.show):
                print(f"{'WRONG' if row in JUDGED else 'not yet'}  {name}: {row} is {have}, due {due}\n{why(rows[row])}")
    print(f"{held} verdicts as due, {wrong} wrong, {waiting} of rows without a judge")
    return 1 if wrong or not held else 0


if __name__ == "__main__":
    sys.exit(main())
