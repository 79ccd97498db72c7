#!/usr/bin/env python3
"""Hold a story, of `why --json` or of `analyze --json`, against what silent_link.py says it made.

  compare_story.py DIR/truth.json RESULT.json [TOLERANCE_S]

Times count from the last packet of the peer before the silence; a recording has them to the
microsecond, a replay through real interfaces as far as the machine keeps time.
"""
import json
import re
import sys

# a text has milliseconds
ROUNDED_S = 0.0005


def main():
    truth, result = (json.load(open(path)) for path in sys.argv[1:3])
    tolerance = float(sys.argv[3]) if len(sys.argv) > 3 else 1e-5
    stories = result["stories"] if "stories" in result else [result["story"]] if result["story"] else []
    bad = []
    if len(stories) != 1:
        print(f"WRONG  {len(stories)} stories, not one")
        sys.exit(1)
    story, link = stories[0], truth["link"]
    due = [("link.silent", f"link:{link}", "peer", truth["last"]),
           ("bfd.down", f"bfd:{link}-v4", "peer", truth["bfd_down"]),
           ("bgp.session.down", f"session:{link}-v4", "msft", truth["bgp_down"]),
           *(("lacp.member.down", f"member:{link}:{m}", "peer", t) for m, t in enumerate(truth["lacp_down"])),
           ("bfd.up", f"bfd:{link}-v4", "both", truth["bfd_up"]),
           ("bgp.session.up", f"session:{link}-v4", "both", truth["bgp_up"])]
    if "voice_gap" in truth:  # one direction had it; it begins with the first call's last packet
        due.append(("voice.gap", f"link:{link}", "unknown", truth["voice_from"]))
        streams, length = truth["voice_streams"], max(truth["voice_gap"].values())
        text = [e["text"] for e in story["events"] if e["name"] == "voice.gap"]
        told = re.match(r"(\d+) of (\d+) media streams away for up to ([\d.]+) s", text[0]) if text else None
        if not told or (int(told[1]), int(told[2])) != (streams, 2 * streams) \
                or abs(float(told[3]) - length) > tolerance + ROUNDED_S:
            bad.append(f"voice.gap says {text}, not {streams} streams, {length:.3f} s")
    for name, subject, side, at in due:
        events = [e for e in story["events"] if e["name"] == name and e["subject"] == subject]
        if len(events) != 1:
            bad.append(f"{name} of {subject}: {len(events)} times")
            continue
        off = events[0]["after_s"] - (at - truth["last"])
        if abs(off) > tolerance:
            bad.append(f"{name} of {subject}: {off:+.6f} s off")
        if events[0]["side"] != side:
            bad.append(f"{name} of {subject}: side {events[0]['side']}, not {side}")
    if (story["first"], story["first_subject"], story["side"]) != due[0][:3]:
        bad.append(f"first is {story['first']} of {story['first_subject']}, side {story['side']}")
    if not story["ended_us"]:
        bad.append("it has no end")
    if "0 of 2 members" not in story["summary"]:
        bad.append("the summary does not say what was left")
    for line in bad:
        print("WRONG ", line)
    print(f"story: {len(due)} events, {len(bad)} wrong")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
