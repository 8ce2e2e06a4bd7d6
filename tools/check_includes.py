# SPDX-License-Identifier: Apache-2.0
"""Fails when a file includes what ARCHITECTURE.md's rooms table does not allow. Usage: check_includes.py [ROOT]"""

import re
import sys
from pathlib import Path

ROOM_ROW = re.compile(r"^\| `([\w/]+)/` \|[^|]*\| ([^|]*) \|$")
INCLUDE = re.compile(r'^\s*#include [<"](tinyml/[\w./]+)[>"]', re.M)


def room_name(folder: str) -> str:
    return "device" if folder.startswith("device/") else folder.rsplit("/", 1)[-1]


def read_rooms(architecture: str) -> dict[str, tuple[str, set[str]]]:
    """Room name -> (folder, rooms it may include, transitively closed)."""
    rooms = {}
    for line in architecture.splitlines():
        if row := ROOM_ROW.match(line):
            folder, allowed = row.groups()
            names = set() if allowed.strip() == "nothing" else {name.strip() for name in allowed.split(",")}
            rooms[room_name(folder)] = (folder, names)
    closed = {}

    def close(name: str, path: tuple[str, ...] = ()) -> set[str]:
        if name in path:
            sys.exit(f"ARCHITECTURE.md: {' -> '.join((*path, name))} is a circle")
        if name not in rooms:
            sys.exit(f"ARCHITECTURE.md: {path[-1]} may include {name}, which is no room")
        if name not in closed:
            direct = rooms[name][1]
            closed[name] = direct.union(*(close(other, (*path, name)) for other in direct))
        return closed[name]

    return {name: (folder, close(name)) for name, (folder, _) in rooms.items()}


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    rooms = read_rooms((root / "ARCHITECTURE.md").read_text())
    if len(rooms) < 10:
        sys.exit("ARCHITECTURE.md: the rooms table is missing")
    wrong = files = 0
    known = {folder for folder, _ in rooms.values()}
    for folder in sorted(p for p in (root / "tinyml").iterdir() if p.is_dir()):
        if f"tinyml/{folder.name}" not in known:
            print(f"tinyml/{folder.name}: not in ARCHITECTURE.md's table")
            wrong += 1
    for name, (folder, allowed) in rooms.items():
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in {".h", ".cpp", ".c"}:
                continue
            files += 1
            text = path.read_text()
            for match in INCLUDE.finditer(text):
                other = match.group(1).split("/")[1]
                if other != name and other not in allowed:
                    line = text.count("\n", 0, match.start(1)) + 1
                    where = path.relative_to(root)
                    print(f"{where}:{line}: {name} may not include {match.group(1)}")
                    wrong += 1
    print(f"{files} files, {wrong} wrong")
    return 1 if wrong or not files else 0


if __name__ == "__main__":
    sys.exit(main())
