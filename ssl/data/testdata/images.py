#!/usr/bin/env python3
"""Writes the golden values of images and of resizing, computed by Pillow and torchvision.

Run:      python3 images.py             (from any directory)
Needs:    Pillow 9.4, torchvision 0.14 and NumPy 1.24 (Debian 12: python3-pil,
          python3-torchvision, python3-numpy).
Writes:   images.json, beside this file

resize: a list of cases of torchvision's Resize(size) on one channel of a Pillow image
  filter        "bilinear" or "bicubic"
  in, out       [height, width] before and after
  pixels        the input: bytes, row-major
  float32       the result in mode F of pixels/255 (as float32)
  bytes         the result in mode L of pixels
files: a list of image files
  name          what is special about it
  file          its content, in base64
  size          [height, width]
  rgb, gray     the pixels of convert("RGB"), three bytes each, and of convert("L") of that
cropped: a list of cases of torchvision's Resize(size) and CenterCrop(size), in bytes
  name          of one of the files
  size, filter  as above
  rgb           the result, channel by channel
"""

import base64
import io
import json
import os

import numpy as np
from PIL import Image
from torchvision import transforms

FILTERS = {"bilinear": transforms.InterpolationMode.BILINEAR, "bicubic": transforms.InterpolationMode.BICUBIC}


def resize():
    cases = []
    r = np.random.RandomState(1)
    for name, kind in FILTERS.items():
        for (h, w), size in [((5, 7), 5), ((5, 7), 3), ((7, 5), 11), ((9, 4), 3), ((1, 6), 4), ((17, 23), 2), ((23, 11), 7)]:
            pixels = r.randint(0, 256, (h, w)).astype(np.uint8)
            t = transforms.Resize(size, interpolation=kind)
            floats = np.asarray(t(Image.fromarray(pixels.astype(np.float32) / np.float32(255), "F")))
            cases.append({
                "filter": name, "size": size, "in": [h, w], "out": list(floats.shape),
                "pixels": base64.b64encode(pixels.tobytes()).decode(),
                "float32": [float(v) for v in floats.ravel()],
                "bytes": base64.b64encode(np.asarray(t(Image.fromarray(pixels, "L"))).tobytes()).decode(),
            })
    return cases


def smooth(h, w, channels):
    y, x = np.mgrid[0:h, 0:w]
    planes = [127 + 120 * np.sin(0.3 * x * (c + 1) + 0.2 * y + c) for c in range(channels)]
    return np.round(np.stack(planes, -1)).astype(np.uint8).squeeze()


def files():
    r = np.random.RandomState(2)
    noise = lambda *shape: r.randint(0, 256, shape).astype(np.uint8)
    found = []

    def add(name, image, format="PNG", **options):
        b = io.BytesIO()
        image.save(b, format, **options)
        back = Image.open(io.BytesIO(b.getvalue()))
        rgb = back.convert("RGB")
        found.append({
            "name": name, "file": base64.b64encode(b.getvalue()).decode(), "size": [back.height, back.width],
            "rgb": base64.b64encode(rgb.tobytes()).decode(),
            "gray": base64.b64encode(rgb.convert("L").tobytes()).decode(),
        })

    add("gray.png", Image.fromarray(noise(5, 7), "L"))
    add("two colours.png", Image.fromarray(noise(5, 9), "L").convert("1"))
    add("colour.png", Image.fromarray(noise(8, 6, 3), "RGB"))
    add("opacity.png", Image.fromarray(noise(6, 5, 4), "RGBA"))
    add("gray and opacity.png", Image.fromarray(noise(4, 5, 2), "LA"))
    palette = Image.fromarray(noise(6, 6) % 11, "P")
    palette.putpalette(noise(11 * 3).tobytes())
    add("palette.png", palette)
    add("palette with opacity.png", palette, transparency=bytes([0, 100, 200, 255, 3]))
    add("palette.gif", palette, "GIF")
    transparent = Image.fromarray(noise(4, 4, 3), "RGB")
    add("transparent colour.png", transparent, transparency=transparent.getpixel((1, 2)))
    add("gray.jpg", Image.fromarray(smooth(16, 24, 1), "L"), "JPEG", quality=95)
    add("colour.jpg", Image.fromarray(smooth(16, 24, 3), "RGB"), "JPEG", quality=95, subsampling=0)
    add("progressive.jpg", Image.fromarray(smooth(16, 24, 3), "RGB"), "JPEG", quality=95, subsampling=0, progressive=True)
    add("cmyk.jpg", Image.fromarray(smooth(16, 24, 4), "CMYK"), "JPEG", quality=95, subsampling=0)
    add("wide.png", Image.fromarray(smooth(15, 32, 3), "RGB"))
    add("tall.png", Image.fromarray(smooth(31, 12, 3), "RGB"))
    return found


def cropped(files):
    cases = []
    for f in files:
        if f["name"] not in ("wide.png", "tall.png"):
            continue
        image = Image.open(io.BytesIO(base64.b64decode(f["file"])))
        for name, kind in FILTERS.items():
            for size in 7, 8, 20:
                t = transforms.Compose([transforms.Resize(size, interpolation=kind), transforms.CenterCrop(size)])
                cases.append({
                    "name": f["name"], "size": size, "filter": name,
                    "rgb": base64.b64encode(np.asarray(t(image)).transpose(2, 0, 1).tobytes()).decode(),
                })
    return cases


def main():
    images = files()
    golden = {"resize": resize(), "files": images, "cropped": cropped(images)}
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "images.json"), "w") as f:
        json.dump(golden, f, separators=(",", ":"))
        f.write("\n")


if __name__ == "__main__":
    main()
