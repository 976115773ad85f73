"""A screenshot as a PNG with a palette: pages have few colours, so it is a third as large and looks the same."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
from playwright.sync_api import Page

# Chromium reads its own screenshot: no library for pictures is needed.
_PIXELS = """async png => {
    const picture = new Image();
    picture.src = 'data:image/png;base64,' + png;
    await picture.decode();
    const canvas = new OffscreenCanvas(picture.width, picture.height), pen = canvas.getContext('2d');
    pen.drawImage(picture, 0, 0);
    const pixels = pen.getImageData(0, 0, picture.width, picture.height).data;
    let text = '';
    for (let at = 0; at < pixels.length; at += 32768) text += String.fromCharCode(...pixels.subarray(at, at + 32768));
    return [picture.width, picture.height, btoa(text)];
}"""
COLOURS = 256


def with_palette(blank: Page, png: bytes) -> bytes:
    """The same picture with 256 colours at most; `blank` is any page without a content policy."""
    wide, high, packed = blank.evaluate(_PIXELS, base64.b64encode(png).decode())
    pixels = np.frombuffer(base64.b64decode(packed), np.uint8).reshape(high * wide, 4)[:, :3]
    colours, places, often = np.unique(pixels, axis=0, return_inverse=True, return_counts=True)
    # What there is most of stays as it is; the rare shades at the edges of letters become the nearest of those.
    palette = colours[np.argsort(-often, kind="stable")[:COLOURS]]
    apart = np.abs(colours[:, None, :].astype(np.int16) - palette[None, :, :]).sum(axis=2)
    rows = apart.argmin(axis=1)[places].reshape(high, wide).astype(np.uint8)
    # Each row begins with the number of its filter: none.
    lines = np.hstack([np.zeros((high, 1), np.uint8), rows]).tobytes()
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", wide, high, 8, 3, 0, 0, 0)),
        (b"PLTE", palette.tobytes()),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
