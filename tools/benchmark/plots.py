"""Plots as SVG, without help: lines over a logarithmic axis each way."""

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 780, 440
LEFT, RIGHT, TOP, BOTTOM = 70, 250, 40, 60
COLOURS = ("#c0392b", "#2471a3", "#1e8449", "#9a7d0a", "#6c3483", "#5d6d7e")


def ticks(low, high):
    """1, 2 and 5 times the powers of ten within."""
    found = []
    for power in range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1):
        found += [step * 10.0 ** power for step in (1, 2, 5)]
    return [tick for tick in found if low <= tick * 1.0001 and tick <= high * 1.0001]


def label(value):
    return f"{value:g}" if value < 10000 else f"{value / 1000:g}k"


def draw(title, x_name, y_name, series):
    """`series` maps a name to points (x, y), all above 0. Its order gives the colours."""
    points = [point for line in series.values() for point in line]
    x_low, x_high = min(x for x, _ in points), max(x for x, _ in points)
    y_low, y_high = min(y for _, y in points) / 1.3, max(y for _, y in points) * 1.3
    x_high = x_high if x_high > x_low else x_low * 2

    def place_x(x):
        share = math.log(x / x_low) / math.log(x_high / x_low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def place_y(y):
        share = math.log(y / y_low) / math.log(y_high / y_low)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
           f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
           f'<text x="{LEFT}" y="24" font-size="15">{escape(title)}</text>']
    for x in sorted({x for x, _ in points}):
        out += [f'<path d="M{place_x(x):.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>',
                f'<text x="{place_x(x):.1f}" y="{HEIGHT - BOTTOM + 18}" '
                f'text-anchor="middle">{label(x)}</text>']
    for y in ticks(y_low, y_high):
        out += [f'<path d="M{LEFT} {place_y(y):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>',
                f'<text x="{LEFT - 6}" y="{place_y(y) + 4:.1f}" '
                f'text-anchor="end">{label(y)}</text>']
    out += [f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 16}" '
            f'text-anchor="middle">{escape(x_name)}</text>',
            f'<text x="18" y="{(TOP + HEIGHT - BOTTOM) / 2}" text-anchor="middle" '
            f'transform="rotate(-90 18 {(TOP + HEIGHT - BOTTOM) / 2})">{escape(y_name)}</text>']
    for index, (name, line) in enumerate(series.items()):
        colour = COLOURS[index % len(COLOURS)]
        path = "L".join(f"{place_x(x):.1f} {place_y(y):.1f}" for x, y in sorted(line))
        dashes = ' stroke-dasharray="5 4"' if name == "limit" else ""
        if line:
            out += [f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>']
        out += [f'<circle cx="{place_x(x):.1f}" cy="{place_y(y):.1f}" r="3" fill="{colour}"/>'
                for x, y in line]
        below = TOP + 14 + index * 20
        out += [f'<path d="M{WIDTH - RIGHT + 12} {below - 4}h20" stroke="{colour}" '
                f'stroke-width="2"{dashes}/>',
                f'<text x="{WIDTH - RIGHT + 38}" y="{below}">{escape(name)}</text>']
    return "\n".join([*out, "</svg>", ""])


# --- Bars ----------------------------------------------------------------------------------

ROW, LABELS, BARS = 24, 430, 300
FASTER, SLOWER = "#1e8449", "#c0392b"


def draw_ratios(title, ratios):
    """A bar for each (name, ratio), to the left of 1 or to the right, on a logarithmic axis."""
    reach = max([abs(math.log2(ratio)) for _, ratio in ratios] + [1.0]) * 1.1
    height = TOP + ROW * len(ratios) + 50
    width = LABELS + BARS + 70
    middle = LABELS + BARS / 2

    def place(ratio):
        return middle + math.log2(ratio) / reach * BARS / 2

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
           f'width="{width}" height="{height}" font-family="sans-serif" font-size="12">',
           f'<rect width="{width}" height="{height}" fill="white"/>',
           f'<text x="10" y="24" font-size="15">{escape(title)}</text>']
    for tick in (0.25, 0.5, 0.7, 1, 1.4, 2, 4):
        if abs(math.log2(tick)) <= reach:
            colour = "#333" if tick == 1 else "#ddd"
            out += [f'<path d="M{place(tick):.1f} {TOP}V{height - 40}" stroke="{colour}"/>',
                    f'<text x="{place(tick):.1f}" y="{height - 24}" '
                    f'text-anchor="middle">{tick:g}</text>']
    out += [f'<text x="{middle}" y="{height - 8}" text-anchor="middle">'
            'faster than the best of the others | slower</text>']
    for index, (name, ratio) in enumerate(ratios):
        y = TOP + index * ROW
        left, right = sorted((middle, place(ratio)))
        name = name if len(name) <= 68 else name[:67] + "\u2026"
        out += [f'<text x="{LABELS - 8}" y="{y + 16}" text-anchor="end">{escape(name)}</text>',
                f'<rect x="{left:.1f}" y="{y + 5}" width="{max(1.0, right - left):.1f}" '
                f'height="{ROW - 9}" fill="{SLOWER if ratio > 1 else FASTER}"/>',
                f'<text x="{LABELS + BARS + 8}" y="{y + 16}">{ratio:.2f}</text>']
    return "\n".join([*out, "</svg>", ""])
