"""torchvision's side of what package workload calls Views: random views of images
of 32×32 pixels by the paper's recipe for CIFAR, as its users write them on PIL
images. The images are there already, and the views stay PIL images: what reading
them and ToTensor take is not counted.

    python3 views.py    prints images per second, in one thread
"""
import time

import torch
from PIL import Image
from torchvision import transforms

RECIPE = transforms.Compose([
    transforms.RandomResizedCrop(32, scale=(0.08, 1), ratio=(3 / 4, 4 / 3)),
    transforms.RandomHorizontalFlip(0.5),
    transforms.RandomApply([transforms.ColorJitter(0.4, 0.4, 0.4, 0.1)], 0.8),
    transforms.RandomGrayscale(0.2),
])


def prepare(n, operand):
    """Returns run, which makes a view of each of n images, and probe, the mean of
    the views' values.

    operand(which, *shape) is protocol.Operand as a tensor.
    """
    torch.manual_seed(1)
    pixels = ((operand(0, n, 3, 32, 32) + 0.5) * 255).to(torch.uint8).permute(0, 2, 3, 1)
    images = [Image.frombytes("RGB", (32, 32), bytes(image.flatten().tolist())) for image in pixels]
    views = []

    def run():
        views[:] = [RECIPE(image) for image in images]

    def probe():
        return sum(sum(view.tobytes()) for view in views) / (255 * n * 3 * 32 * 32)

    return run, probe


if __name__ == "__main__":
    torch.set_num_threads(1)
    run, probe = prepare(512, lambda which, *shape: torch.rand(*shape) - 0.5)
    run()
    start, calls = time.perf_counter(), 0
    while time.perf_counter() - start < 2:
        run()
        calls += 1
    print("%.0f images/s" % (512 * calls / (time.perf_counter() - start)))
