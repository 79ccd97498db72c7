"""The real captures, what other programs say of them, and what `pniscope analyze` says: for compare_*.py."""
import argparse
import csv
import json
import os
import subprocess
import sys


class Captures:
    """Of the command line. Without the table that is needed the test is skipped. `show`: how --show is parsed."""

    def __init__(self, doc, needs, **show):
        parser = argparse.ArgumentParser(description=doc.splitlines()[0])
        parser.add_argument("program")
        parser.add_argument("captures")
        parser.add_argument("--show", **(show or {"action": "store_true", "help": "print the known differences too"}))
        parser.add_argument("--only", default="", help="captures whose path has this in it")
        args = parser.parse_args()
        self.program, self.folder, self.show, self.only = args.program, args.captures, args.show, args.only
        self.failed = 0
        if not os.path.exists(f"{self.folder}/truth/{needs}.tsv"):
            print("skipped: no captures at", self.folder)
            sys.exit(77)

    def table(self, name, under="truth"):
        """Its rows. Text that strangers chose to send may be no UTF-8."""
        with open(f"{self.folder}/{under}/{name}.tsv", newline="", errors="replace") as f:
            yield from csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)

    def expected(self, file, suffix):
        """Lines of what the source of the capture says of it; none where it says nothing."""
        source, name = file.split("/", 1)
        try:
            with open(f"{self.folder}/{source}/expected/{name}{suffix}", errors="replace") as f:
                return f.read().splitlines()
        except FileNotFoundError:
            return []

    def analyzed(self, rows, *options):
        """(row, result) of each row's "file" that is asked for; those that can't be analysed are told and counted."""
        for row in rows:
            file = row["file"]
            if self.only not in file:
                continue
            done = subprocess.run([self.program, "analyze", "--json", *options, f"{self.folder}/{file}"],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600)
            if done.returncode == 0:
                yield row, json.loads(done.stdout)
                continue
            self.failed += 1
            print(f"WRONG  {file}: exit {done.returncode}: {done.stderr.decode(errors='replace').strip()[-300:]}")
