"""See the package: pictures into a folder, and a sheet of them for each part."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.ui.firefox import Firefoxes
from tests.ui.pictures import rest, sheet
from tests.ui.pictures.camera import Camera
from tests.ui.pictures.scene import Scene


def main() -> None:
    names = ["sheet", *(part.__name__ for part in rest.PARTS)]
    parser = argparse.ArgumentParser(prog="python -m tests.ui.pictures")
    parser.add_argument("folder", type=Path)
    parser.add_argument("engine", nargs="?", default="chromium", choices=("chromium", "firefox"))
    parser.add_argument("--only", default="sheet", help=f"of {','.join(names)}, or all")
    chosen = parser.parse_args()
    wanted = names if chosen.only == "all" else chosen.only.split(",")
    if unknown := set(wanted) - {*names}:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as place:
        firefoxes = Firefoxes() if chosen.engine == "firefox" else None
        scene = Scene(Path(place), firefoxes)
        try:
            shoot(scene, Camera(chosen.folder), wanted)
        finally:
            scene.close()
            if firefoxes is not None:
                firefoxes.close()


def shoot(scene: Scene, camera: Camera, wanted: list[str]) -> None:
    if "sheet" in wanted:
        sheet.empty(scene, camera)
    scene.settle()
    if "sheet" in wanted:
        for situation in sheet.SITUATIONS:
            situation(scene, camera)
        camera.sheet(scene.browser.window(), "sheet")
    for part in rest.PARTS:
        if part.__name__ in wanted:
            part(scene, camera)
            camera.sheet(scene.browser.window(), part.__name__)


main()
