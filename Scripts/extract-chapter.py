#!/usr/bin/env python3
"""Takes the printed numbers, not the prose, out of the textbook chapter's text and writes them as JSON.

    Scripts/extract-chapter.py CHAPTER.txt [-o Tests/Reference/chapter.json]

Output blocks of R (lines that begin with `##`) are read by their kind: tibble, data frame, print of `lm`, print of
`lmer`. Every value stays the text that was printed, so that its precision is known: "59509." has five significant digits,
"936.3" four. The one change: the blank that pillar puts into an exponent is left out ("2.93e- 2" becomes "2.93e-2").
The script fails when a number of an output block is not in what it writes, or when a block has no name below.
"""

import argparse
import json
import re
import sys

# Output blocks in their order, section by section.
NAMES = {
    "56.2": ["data_head"],
    "56.3": ["m1", "m1_tidy", "m1_predictions"],
    "56.4": ["m2", "m2_tidy_fixed", "m2_tidy_ran_vals"],
    "56.5": ["m3", "m3_tidy_fixed", "m3_tidy_ran_vals"],
    "56.6": ["m4", "m4_tidy_fixed", "m4_tidy_ran_vals"],
    "56.7": [
        "by_department_tidy", "m1_tidy", "complete_pooling", "partial_pooling", "no_pooling_tidy", "no_pooling",
    ],
    "56.8": ["correlated", "separate"],
}

NUMBER = re.compile(r"(?<![\w.])-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?![\w])")


def sections(text):
    """(number, lines) of each `## 56.x` heading; sub-headings stay inside."""
    found = []
    for line in text.splitlines():
        heading = re.match(r"##\s+(56\.\d+)\s", line)
        if heading:
            found.append((heading.group(1), []))
        elif found:
            found[-1][1].append(line)
    return found


def is_message(line):
    """What R says on loading packages, not results."""
    return re.match(r"(Warning:|Loading|──|[✔✖ℹ] |Attaching|The following|This warning|Call lifecycle)", line.strip()) is not None


def output_blocks(lines):
    """Runs of `##` lines, cut where another kind of output begins."""
    blocks, current = [], []

    def close():
        body = [line for line in current if line.strip()]
        if body and any(NUMBER.search(line) for line in body):
            blocks.append(body)
        current.clear()

    for line in lines:
        if not (line == "##" or line.startswith("## ")):
            close()
            continue
        body = re.sub(r"e([+-]) (\d)", r"e\1\2", line[3:])
        if is_message(body):
            if not re.match(r"ℹ \d+ more rows", body.strip()):
                close()
                continue
        current.append(body)
    close()
    return blocks


def read_tibble(lines):
    """`# A tibble: 5 × 6`, the names, the types, numbered rows, perhaps `# ℹ 90 more rows`."""
    size = re.match(r"# A tibble: (\S+) × (\S+)", lines[0])
    table = {"kind": "tibble", "rows_in_all": size.group(1), "columns_in_all": size.group(2)}
    lines = lines[1:]
    if lines[0].startswith("# Groups:"):
        table["groups"] = re.search(r"\[(\d+)\]", lines[0]).group(1)
        lines = lines[1:]
    table["columns"], table["types"] = lines[0].split(), lines[1].split()
    table["rows"] = []
    for line in lines[2:]:
        more = re.match(r"# ℹ (\d+) more rows", line)
        if more:
            table["more_rows"] = more.group(1)
        else:
            number, *cells = line.split()
            assert number == str(len(table["rows"]) + 1), line
            assert len(cells) == len(table["columns"]), line
            table["rows"].append(cells)
    return table


def read_data_frame(lines):
    """Names, then rows with their row names."""
    columns = lines[0].split()
    rows = [line.split()[1:] for line in lines[1:]]
    assert all(len(row) == len(columns) for row in rows), lines
    return {"kind": "data frame", "columns": columns, "rows": rows}


def read_lm(lines):
    formula = re.search(r"formula = (.*), data", " ".join(lines)).group(1)
    names, values = lines[-2].split(), lines[-1].split()
    return {"kind": "lm", "formula": formula, "coefficients": dict(zip(names, values, strict=True))}


def read_lmer(lines):
    model = {"kind": "lmer"}
    place = ""
    for line in lines:
        if line.startswith("Formula: "):
            model["formula"] = line[len("Formula: "):]
        elif line.startswith("REML criterion at convergence: "):
            model["criterion"] = line.split()[-1]
        elif line.startswith("Random effects:"):
            place, model["random"], group = "random", [], ""
        elif line.startswith("Number of obs:"):
            observations, groups = re.match(r"Number of obs: (\d+), groups:\s+\w+, (\d+)", line).groups()
            model["observations"], model["groups"] = observations, groups
        elif line.startswith("Fixed Effects:"):
            place, model["fixed"], names = "fixed", {}, []
        elif place == "random" and not line.lstrip().startswith("Groups"):
            cells = line.split()
            if cells[0] == "Residual":
                model["residual_sd"] = cells[1]
                continue
            group = cells.pop(0) if line.startswith(" d") else group  # a group's name stands only on its first row
            row = {"group": group, "name": cells[0], "sd": cells[1]}
            if len(cells) > 2:
                row["correlation"] = cells[2]
            model["random"].append(row)
        elif place == "fixed":
            cells = line.split()
            if names:
                model["fixed"].update(zip(names, cells, strict=True))
                names = []
            else:
                names = cells
    return model


def read(lines):
    if lines[0].startswith("# A tibble"):
        return read_tibble(lines)
    if lines[0].startswith("Call:"):
        return read_lm(lines)
    if lines[0].startswith("Linear mixed model"):
        return read_lmer(lines)
    return read_data_frame(lines)


def generator(lines):
    """The constants of create_data(), as written."""
    text = "\n".join(lines)
    text = text[text.index("create_data"):text.index("salary =")]

    def vector(name):
        inside, times, low, high = re.search(
            name + r" = rep\(c\(([^)]*)\), (\d+)\) \* runif\(\d+, ([\d.]+), ([\d.]+)\)", text).groups()
        return {"values": inside.split(", "), "times": times, "low": low, "high": high}

    experience = re.search(r"experience = floor\(runif\((\d+), (\d+), (\d+)\)\)", text).groups()
    departments = re.search(r"department = rep\(c\(([^)]*)\), (\d+)\)", text).groups()
    return {
        "rows": re.search(r"ids = 1:(\d+)", text).group(1),
        "departments": re.findall(r'"(\w+)"', departments[0]),
        "department_times": departments[1],
        "bases": vector("bases"),
        "experience": {"n": experience[0], "low": experience[1], "high": experience[2]},
        "raises": vector("raises"),
    }


def ellipse_levels(lines):
    text = "\n".join(lines)
    return dict(re.findall(r"(from|to|by) = ([\d.]+)", text))


def strings(value):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from strings(key)
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    else:
        yield value


def lost_numbers(block, result):
    """Numbers of the printed block that the result does not hold as often; row numbers in front of rows do not count."""
    printed = []
    for line in block:
        printed += NUMBER.findall(re.sub(r"^\s*\d+ (?=\S| )", " ", line))
    kept = [n for text in strings(result) for n in NUMBER.findall(text)]
    for n in kept:
        if n in printed:
            printed.remove(n)
    return printed


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("chapter")
    arguments.add_argument("-o", "--out", default="Tests/Reference/chapter.json")
    options = arguments.parse_args()
    with open(options.chapter, encoding="utf-8") as source:
        text = source.read()

    result = {}
    for number, lines in sections(text):
        blocks = output_blocks(lines)
        names = NAMES.get(number, [])
        if len(blocks) != len(names):
            sys.exit(f"section {number}: {len(blocks)} output blocks, {len(names)} names")
        section = {}
        if number == "56.2":
            section["generator"] = generator(lines)
        for name, block in zip(names, blocks):
            section[name] = read(block)
            lost = lost_numbers(block, section[name])
            if lost:
                sys.exit(f"section {number}, {name}: not taken: {lost}")
        if number == "56.7":
            section["ellipse_levels"] = ellipse_levels(lines)
        result[number] = section

    with open(options.out, "w", encoding="utf-8") as out:
        json.dump(result, out, ensure_ascii=False, indent=1)
        out.write("\n")


if __name__ == "__main__":
    main()
