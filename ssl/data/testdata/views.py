"""Writes views.json, what torchvision's functions and PyTorch's interpolate make
of a small image of float32s:

    python3 views.py > views.json

Each case has the name of an operation, its arguments, the shape of the result and
its values. views_golden_test.go says which function of dyad each one is for.
Made with torchvision 0.14.1 and PyTorch 1.13.0.
"""
import json
import torch
import torchvision.transforms.functional as F
from torchvision.transforms import InterpolationMode

torch.manual_seed(1)
image = torch.rand(3, 6, 7)
# Grey, primary and secondary colours, for the corners of HSV.
corners = [(0, 0, 0), (1, 1, 1), (0.5, 0.5, 0.5), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0)]
image[:, 2, :] = torch.tensor(corners).T
grey = image[:1]


def rounded(t):
    """The shortest decimals that are the same float32s."""
    return [float("%.9g" % v) for v in t.reshape(-1).tolist()]


cases = []


def case(op, want, *args, channels=3):
    cases.append(dict(op=op, args=args, channels=channels, shape=list(want.shape), want=rounded(want)))


for f in (0, 0.6, 1.7):
    case("brightness", F.adjust_brightness(image, f), f)
    case("contrast", F.adjust_contrast(image, f), f)
    case("saturation", F.adjust_saturation(image, f), f)
case("contrast", F.adjust_contrast(grey, 1.7), 1.7, channels=1)
case("saturation", F.adjust_saturation(grey, 1.7), 1.7, channels=1)
for turn in (-0.5, -0.21, -0.1, 0.05, 0.3, 0.5):
    case("hue", F.adjust_hue(image, turn), turn)
case("hue", F.adjust_hue(grey, 0.3), 0.3, channels=1)
case("grayscale", F.rgb_to_grayscale(image, 3))
case("solarize", F.solarize(image, 0.5), 0.5)
for kernel, sigma in ((3, 0.1), (3, 0.7), (5, 1.3), (11, 2.0)):
    case("blur", F.gaussian_blur(image, kernel, sigma), kernel, sigma)
for angle, right, down, scale, x, y in (
    (20, 0, 0, 1, 0, 0),
    (0, 2, -1, 1, 0, 0),
    (0, 0, 0, 0.7, 0, 0),
    (0, 0, 0, 1, 15, 0),
    (0, 0, 0, 1, 0, 15),
    (-35, 1, 2, 1.4, 10, -20),
):
    want = F.affine(image, angle, [right, down], scale, [x, y], InterpolationMode.BILINEAR)
    case("affine", want, angle, right, down, scale, x, y)
for mode in ("bilinear", "bicubic"):
    for top, left, height, width, out in ((0, 0, 6, 7, 9), (1, 2, 4, 3, 6), (2, 1, 1, 5, 4), (0, 0, 6, 7, 3)):
        part = image[None, :, top : top + height, left : left + width]
        want = torch.nn.functional.interpolate(part, size=(out, out), mode=mode, align_corners=False)[0]
        case(mode, want, top, left, height, width, out)

lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
print('{"shape":%s,"image":%s,"cases":[\n%s\n]}' % (list(image.shape), json.dumps(rounded(image), separators=(",", ":")), lines))
