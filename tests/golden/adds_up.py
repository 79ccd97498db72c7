"""What docs/architecture.md says adds up, held against a result of `pniscope analyze --json --flows`."""

DIRECTIONS = "peer_to_msft", "msft_to_peer"


def parts(link):
    """Each way to cut a link, as rows with its counters."""
    yield "members", link["lag"]
    yield "classes", link["classes"]
    for side in "peer", "msft":
        yield f"{side} subnets", [row for row in link["subnets"] if row["side"] == side]


def of_link(link):
    for counter in [f"{what}_{way}" for what in ("packets", "bytes") for way in DIRECTIONS]:
        for name, rows in parts(link):
            have = sum(row[counter] for row in rows)
            if have != link[counter]:
                yield f"{name} of {link['name']} have {counter} {have}, the link has {link[counter]}"
    for way in DIRECTIONS:
        have = sum(n for key, n in link.items() if key.startswith("sizes_") and key.endswith(way))
        if have != link[f"packets_{way}"]:
            yield f"sizes of {link['name']} have {have} packets {way}, the link has {link[f'packets_{way}']}"


def complaints(result):
    """One line for each sum that is none. For captures whose links are all of the configuration's."""
    capture, flows = result["capture"], result["flows"]
    for link in result["links"]:
        yield from of_link(link)
    for what in "packets", "bytes":
        sums = {
            "links": sum(link[f"{what}_{way}"] for link in result["links"] for way in DIRECTIONS),
            "classes": sum(row[what] for row in result["classes"].values()),
            "the probe": result["probe"][what],
        }
        yield from (f"{name} have {have} {what}, the capture has {capture[what]}"
                    for name, have in sums.items() if have != capture[what])
    if flows["count"] != len(flows["list"]):
        yield f"{flows['count']} flows, {len(flows['list'])} are listed"
    for flow in flows["list"]:
        if not capture["first_us"] <= flow["first_us"] <= flow["last_us"] <= capture["last_us"]:
            yield f"a flow lasts from {flow['first_us']} to {flow['last_us']} us, outside of the capture"
    yield from below_nothing(result)


# may be below 0: a rating, an offset of clocks, RFC 3550 A.3's loss where duplicates came
SIGNED = "r_factor", "offset_s", "lost_cumulative"


def below_nothing(value, path=""):
    """Counts that went below 0 read as 2^63 and more, or as negative ones."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from below_nothing(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from below_nothing(inner, path)
    elif isinstance(value, (int, float)) and not path.endswith(SIGNED) and not 0 <= value < 1 << 62:
        yield f"{path[1:]} is {value}"
