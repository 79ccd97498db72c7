#!/usr/bin/env python3
"""Every scenario of peering_scenario.py through `analyze`: the audit's verdicts are those due.

  peering_verdicts.py PNISCOPE [NAME...]

A verdict must also carry what makes it useful: who, where, since when, the next step and evidence for
a FAIL, what is lacking and how to get it for what is not proven.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import peering_scenario


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
        lacks += ["evidence"] if row["basis"] == "OBSERVED" and not row["evidence"] else []
        lacks += ["since_us"] if not row["since_us"] else []
    elif row["verdict"] == "INCONCLUSIVE":
        lacks = [] if row["need"] else ["need"]
        lacks += [f"need.{f}" for need in row["need"] for f in ("what", "have", "want", "how") if not need[f]]
    return lacks


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    held = wrong = 0
    for name in args.names or peering_scenario.PLANS:
        with tempfile.TemporaryDirectory() as directory:
            peering_scenario.write(name, directory)
            rows, error = verdicts(args.program, os.path.join(directory, name))
        if rows is None:
            print(f"WRONG  {name}: analyze failed: {error}")
            wrong += 1
            continue
        expected = peering_scenario.PLANS[name].due
        for row in (r for r in peering_scenario.ROWS if r not in expected and rows[r]["verdict"] == "FAIL"):
            print(f"WRONG  {name}: {row} fails, and nothing was done to it\n{why(rows[row])}")
            wrong += 1
        for row, due in expected.items():
            have, lacks = rows[row]["verdict"], form(rows[row])
            if have == due and not lacks:
                held += 1
                continue
            wrong += 1
            print(f"WRONG  {name}: {row} is {have}, due {due}{'; it lacks ' + ', '.join(lacks) if lacks else ''}\n{why(rows[row])}")
    print(f"{held} verdicts as due, {wrong} wrong")
    return 1 if wrong or not held else 0


if __name__ == "__main__":
    sys.exit(main())
