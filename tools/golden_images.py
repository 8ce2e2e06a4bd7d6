# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/golden/images.txt and tests/dsp/golden/camera.txt: small pictures by Pillow and OpenCV.

images.txt has the bytes of picture files and the pixels that Pillow decodes from them; camera.txt pictures
and what Pillow's and OpenCV's bilinear filters make of them: python3 tools/golden_images.py
"""

import io
from pathlib import Path

import cv2
import numpy as np
import PIL
from PIL import Image, ImageOps

SEED = 20261123
TESTS = Path(__file__).parent.parent / "tests"


def scene(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Smooth colours with an edge and some noise."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [128 + 100 * np.sin(x / (3 + c) + c) * np.cos(y / (4 - c)) for c in range(3)]
    picture = np.stack(planes, axis=-1) + rng.normal(0, 12, (height, width, 3))
    picture[height // 3 :, : width // 4] = (250, 20, 90)
    return np.clip(picture, 0, 255).astype(np.uint8)


def encoded(picture: Image.Image, kind: str, **options) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def oriented(picture: Image.Image, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(picture, "JPEG", quality=92, exif=exif)


def files(rng: np.random.Generator) -> dict[str, bytes]:
    rgb = Image.fromarray(scene(rng, 13, 21))
    grey = rgb.convert("L")
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    made = {
        "jpeg_420": encoded(rgb, "JPEG", quality=80),
        "jpeg_444": encoded(rgb, "JPEG", quality=95, subsampling=0),
        "jpeg_progressive": encoded(rgb, "JPEG", progressive=True),
        "jpeg_grey": encoded(grey, "JPEG"),
        "jpeg_cmyk": encoded(rgb.convert("CMYK"), "JPEG"),
        "png_rgb": encoded(rgb, "PNG"),
        "png_grey": encoded(grey, "PNG"),
        "png_16_bits": encoded(deep, "PNG"),
        "png_palette": encoded(rgb.quantize(16), "PNG"),
        "png_1_bit": encoded(grey.convert("1"), "PNG"),
        "bmp_24_bits": encoded(rgb, "BMP"),
        "bmp_grey": encoded(grey, "BMP"),
        "bmp_palette": encoded(rgb.quantize(64), "BMP"),
        "bmp_1_bit": encoded(grey.convert("1"), "BMP"),
        "bmp_32_bits": encoded(rgb.convert("RGBA"), "BMP"),
    }
    for orientation in range(1, 9):
        made[f"jpeg_turned_{orientation}"] = oriented(rgb, orientation)
    return made


def decoded(data: bytes) -> np.ndarray:
    picture = Image.open(io.BytesIO(data))
    has_colour = picture.mode not in ("1", "L", "I;16", "I")
    picture = ImageOps.exif_transpose(picture)
    if picture.mode in ("I;16", "I"):
        return (np.asarray(picture).astype(np.int64) // 257).astype(np.uint8)[..., None]
    if picture.mode == "P" and all(len(set(c)) == 1 for c in np.reshape(picture.getpalette(), (-1, 3))):
        has_colour = False
    pixels = np.asarray(picture.convert("RGB" if has_colour else "L"))
    return pixels if has_colour else pixels[..., None]


def resized(picture: np.ndarray, width: int, height: int, fit: str, smooth: bool) -> np.ndarray:
    rows, columns = picture.shape[:2]
    down, across = rows / height, columns / width
    box, place = (0.0, 0.0, float(columns), float(rows)), (0, 0, width, height)
    if fit == "crop":
        kept = min(down, across)
        x, y = (columns - width * kept) / 2, (rows - height * kept) / 2
        box = (x, y, columns - x, rows - y)
    if fit == "fit":
        most = max(down, across)
        w, h = int(columns / most + 0.5), int(rows / most + 0.5)
        place = ((width - w) // 2, (height - h) // 2, w, h)
    if smooth:
        inner = np.asarray(Image.fromarray(picture).resize(place[2:], Image.BILINEAR, box=box))
    else:
        assert fit == "squash"
        inner = cv2.resize(picture, place[2:], interpolation=cv2.INTER_LINEAR)
    result = np.full((height, width, *picture.shape[2:]), 128, np.uint8)
    result[place[1] : place[1] + place[3], place[0] : place[0] + place[2]] = inner
    return result


def main() -> None:
    rng = np.random.default_rng(SEED)
    head = f"# tools/golden_images.py, Pillow {PIL.__version__}, OpenCV {cv2.__version__}, seed {SEED}\n"
    lines = [head, "# name height width channels, the file, its pixels\n"]
    for name, data in files(rng).items():
        pixels = decoded(data)
        lines.append(f"{name} {' '.join(map(str, pixels.shape))} {data.hex()} {pixels.tobytes().hex()}\n")
    (TESTS / "data/golden/images.txt").write_text("".join(lines))

    lines = [head, "# fit smooth rows columns, height width channels, the frame (RGB), the result\n"]
    for fit, smooth, rows, columns, height, width, channels in [
        ("squash", True, 36, 48, 12, 12, 3),
        ("squash", True, 36, 48, 12, 12, 1),
        ("squash", True, 9, 7, 16, 20, 3),
        ("squash", True, 20, 30, 20, 30, 3),
        ("squash", True, 31, 17, 8, 24, 3),
        ("crop", True, 30, 40, 16, 16, 3),
        ("crop", True, 41, 23, 16, 10, 1),
        ("fit", True, 30, 40, 16, 16, 3),
        ("fit", True, 41, 23, 16, 24, 3),
        ("squash", False, 36, 48, 13, 17, 3),
        ("squash", False, 9, 7, 16, 20, 3),
    ]:
        frame = scene(rng, rows, columns)
        source = np.asarray(Image.fromarray(frame).convert("L")) if channels == 1 else frame
        result = resized(source, width, height, fit, smooth)
        numbers = f"{fit} {int(smooth)} {rows} {columns} {height} {width} {channels}"
        lines.append(f"{numbers} {frame.tobytes().hex()} {result.tobytes().hex()}\n")
    (TESTS / "dsp/golden/camera.txt").write_text("".join(lines))


if __name__ == "__main__":
    main()
