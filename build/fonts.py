"""Cut the bundled fonts from the whole ones: `python build/fonts.py FOLDER`.

Run once when the fonts change; the result lies in resources/fonts. FOLDER
holds the unpacked npm packages @expo-google-fonts/noto-serif-sc and
@expo-google-fonts/noto-sans-sc 0.4.3 (fetch them with `npm pack NAME`), each
in a folder of its own. Needs fonttools, which `make.py test` installs.

Kept: every character of GBK, every character of 通用规范汉字表 (8105), Latin,
punctuation, box lines, arrows, circled numerals and units. Dropped: the rest
of extension A, kerning and other layout except vertical forms, hinting. The
outlines stay TrueType, because the PDF writer takes no others. Names stay;
the licence is the SIL Open Font License, which lies beside the fonts.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fontTools import subset

TARGET = Path(__file__).resolve().parent.parent / "resources" / "fonts"
FACES = {
    "NotoSerifSC_400Regular.ttf": "NotoSerifSC-Regular.ttf",
    "NotoSerifSC_700Bold.ttf": "NotoSerifSC-Bold.ttf",
    "NotoSansSC_400Regular.ttf": "NotoSansSC-Regular.ttf",
    "NotoSansSC_700Bold.ttf": "NotoSansSC-Bold.ttf",
}
LICENCES = {"noto-serif-sc": "OFL-NotoSerifSC.txt", "noto-sans-sc": "OFL-NotoSansSC.txt"}

# The characters of 通用规范汉字表 in extension A; all others of the table are in
# GBK, in 9FA6-9FFF or beyond FFFF, and those ranges are kept whole.
# Source: 通用规范汉字表 (国发〔2013〕23号), cross-checked with the set that CLDR lists.
TABLE_IN_EXTENSION_A = (
    "㑇㑊㕮㘎㙍㙘㙦㛃㛚㛹㟃㠇㠓㤘㥄㧐㧑㧟㫰㬊㬎㬚㭎㭕㮾㰀㳇㳘㳚㴔㵐㶲㸆㸌㺄㻬㽏㿠䁖"
    "䂮䃅䃎䅟䌹䎃䎖䏝䏡䏲䐃䓖䓛䓨䓫䓬䗖䗛䗪䗴䜣䝙䢺䢼䣘䥽䦃䲟䲠䲢䴓䴔䴕䴖䴗䴘䴙䶮"
)


def gbk() -> set[int]:
    """Return the code points of GBK."""
    points: set[int] = set()
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            points.update(map(ord, bytes([lead, trail]).decode("gbk", "ignore")))
    return points


def kept(point: int, listed: set[int]) -> bool:
    """Tell whether a character of the whole font stays."""
    in_extension_a = 0x3400 <= point <= 0x4DBF
    in_first_block = 0x4E00 <= point <= 0x9FA5
    if in_extension_a or in_first_block:
        return point in listed
    enclosed_latin = 0x1F000 <= point <= 0x1FFFF
    return not enclosed_latin


def cut(source: Path, target: Path) -> int:
    """Write one cut font.

    Args:
        source: The whole font.
        target: The file to write.

    Returns:
        How many characters it holds.
    """
    options = subset.Options(hinting=False, layout_features=["vert", "vrt2"], name_IDs=["*"], name_languages=["*"], notdef_outline=True)
    options.drop_tables += ["BASE", "GPOS", "STAT"]
    font = subset.load_font(str(source), options)
    listed = gbk() | set(map(ord, TABLE_IN_EXTENSION_A))
    points = {point for point in font.getBestCmap() if kept(point, listed)}
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=points)
    cutter.subset(font)
    subset.save_font(font, str(target), options)
    return len(points)


def main() -> None:
    """Cut all four faces and copy the licences."""
    parser = argparse.ArgumentParser(description="Cut the bundled fonts.")
    parser.add_argument("folder", type=Path, help="where the npm packages are unpacked")
    folder: Path = parser.parse_args().folder
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, short in FACES.items():
        source = next(folder.rglob(name))
        count = cut(source, TARGET / short)
        print(f"{short}: {count} characters, {(TARGET / short).stat().st_size / 1e6:.1f} MB")
    for package, short in LICENCES.items():
        found = next(place for place in folder.rglob("LICENSE_FONT") if package in str(place))
        (TARGET / short).write_bytes(found.read_bytes())


if __name__ == "__main__":
    main()
