"""Draws the 24 flat portraits of make_sample.py with Pillow."""
import io
from PIL import Image, ImageChops, ImageDraw

WIDTH, HEIGHT, SCALE, LIMIT = 160, 200, 4, 4000

# look: (sex it suits, hair style, skin, hair, clothes, background, collar, extras)
LOOKS = [
("m", "short",   "#f1c7a5", "#5b3a21", "#2f5d8a", "#cfe3ee", "shirt",  ""),
("f", "long",    "#8d5a3b", "#1f1512", "#d9694f", "#f4e1c6", "crew",   "earrings"),
("m", "afro",    "#6b4128", "#1b1310", "#e3b23c", "#c9dcc4", "crew",   ""),
("f", "bob",     "#f6d6bd", "#b5482a", "#3d7068", "#e7d9ef", "vneck",  "freckles"),
("m", "quiff",   "#e3ad84", "#2a1c16", "#7a4e86", "#f6dcd2", "hoodie", "beard"),
("f", "hijab",   "#d9a47a", "#3f6f8f", "#24405a", "#f1e6cf", "crew",   ""),
("f", "fringe",  "#f3cfae", "#17141a", "#c94f6d", "#d4e6e8", "shirt",  ""),
("m", "short",   "#c68a5f", "#1d1614", "#4d8056", "#efe0d0", "crew",   "beard glasses"),
("f", "bun",     "#5a3622", "#161011", "#8f5fa8", "#f7e3b8", "vneck",  "earrings"),
("m", "bald",    "#f0c3a0", "#6f5138", "#39424e", "#d8e2d0", "roll",   "beard"),
("f", "braids",  "#7a4b30", "#1a1212", "#2e8a8a", "#f9d9c6", "hoodie", ""),
("m", "side",    "#fae0cb", "#d8a84e", "#5573b5", "#e9e4d8", "vneck",  "freckles"),
("f", "pony",    "#eabb93", "#6a3d22", "#e08a3e", "#cfdcf0", "crew",   ""),
("m", "side",    "#f2c9a4", "#141318", "#b5463c", "#dcecd9", "shirt",  "glasses"),
("f", "grey bob", "#f3cdb2", "#c9c8cb", "#6c4f78", "#dbe7ec", "roll",  "glasses"),
("m", "grey short", "#9a6643", "#bdbab8", "#32586b", "#f2dfc8", "shirt", "glasses"),
("m", "beanie",  "#d39a6e", "#33241c", "#6b7f3a", "#e6d3da", "hoodie", "beard"),
("f", "afro",    "#a26b46", "#3a2016", "#d4567f", "#d2e7dd", "vneck",  "glasses"),
("f", "long",    "#fbe1cd", "#e0b65f", "#41698f", "#f6d8dc", "shirt",  ""),
("m", "curly",   "#e8b48b", "#4a2a1a", "#2f7d78", "#f6e6bf", "crew",   ""),
("f", "curly",   "#c08457", "#2b1812", "#f0c04f", "#cbd9ea", "roll",   "earrings"),
("m", "fade",    "#4c2e1d", "#120d0d", "#c7593c", "#dfe6cf", "hoodie", ""),
("f", "wrap",    "#65402a", "#d2762f", "#28666e", "#f3e5d3", "crew",   "earrings"),
("m", "grey bald", "#f5d0b5", "#d5d3d2", "#7b3f45", "#d5dfe9", "vneck", "beard"),
]


def rgb(text):
    return tuple(int(text[i:i + 2], 16) for i in (1, 3, 5))


def shade(text, factor):
    """Darker below 1, lighter above."""
    if factor <= 1:
        return tuple(int(c * factor) for c in rgb(text))
    return tuple(int(c + (255 - c) * (factor - 1)) for c in rgb(text))


class Canvas:
    def __init__(self, background):
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), background)
        self.draw = ImageDraw.Draw(self.image)

    def box(self, x0, y0, x1, y1):
        return [int(v * SCALE) for v in (x0, y0, x1, y1)]

    def oval(self, x, y, rx, ry, fill):
        self.draw.ellipse(self.box(x - rx, y - ry, x + rx, y + ry), fill=fill)

    def rect(self, x0, y0, x1, y1, fill, r=0):
        self.draw.rounded_rectangle(self.box(x0, y0, x1, y1), radius=int(r * SCALE), fill=fill)

    def poly(self, points, fill):
        self.draw.polygon([(int(x * SCALE), int(y * SCALE)) for x, y in points], fill=fill)

    def arc(self, x, y, rx, ry, start, end, fill, width):
        self.draw.arc(self.box(x - rx, y - ry, x + rx, y + ry), start, end, fill=fill, width=int(width * SCALE))

    def mask(self, *ovals):
        mask = Image.new("L", self.image.size, 0)
        for x, y, rx, ry in ovals:
            ImageDraw.Draw(mask).ellipse(self.box(x - rx, y - ry, x + rx, y + ry), fill=255)
        return mask

    def cut(self, shape, hole, fill, below=None):
        """Fills `shape` minus `hole`, dropping what lies under the line `below`."""
        mask = ImageChops.subtract(shape, hole)
        if below is not None:
            ImageDraw.Draw(mask).rectangle(self.box(0, below, WIDTH, HEIGHT), fill=0)
        self.image.paste(fill, (0, 0), mask)


def hair_behind(c, style, hair):
    dark = shade(rgb_hex(hair), .82)
    if style == "long":
        c.rect(38, 44, 122, 172, dark, 38)
    elif style == "bob":
        c.rect(39, 44, 121, 134, dark, 34)
    elif style == "fringe":
        c.rect(40, 44, 120, 150, dark, 34)
    elif style == "bun":
        c.oval(80, 38, 17, 16, hair)
    elif style == "afro":
        c.oval(80, 74, 53, 50, hair)
    elif style == "pony":
        c.poly([(104, 56), (132, 70), (136, 120), (124, 148), (112, 120), (108, 80)], dark)
        c.oval(121, 80, 14, 20, dark)
        c.oval(124, 120, 12, 28, dark)
    elif style == "curly":
        for x, y in ((48, 92), (44, 76), (50, 60), (110, 60), (116, 76), (112, 92)):
            c.oval(x, y, 13, 13, hair)
    elif style == "hijab":
        c.rect(38, 42, 122, 172, dark, 40)


def rgb_hex(colour):
    return colour if isinstance(colour, str) else "#%02x%02x%02x" % colour


def hair_front(c, style, hair, light):
    crown = c.mask((80, 84, 37, 42))
    if style in ("short", "fade"):
        top = c.mask((80, 82, 36, 41)) if style == "short" else c.mask((80, 80, 34, 37))
        c.cut(top, c.mask((80, 112, 34, 48)), hair, 90 if style == "short" else 82)
    elif style == "side":
        c.cut(c.mask((80, 82, 37, 42), (70, 56, 24, 15)), c.mask((93, 110, 38, 48)), hair, 92)
    elif style == "quiff":
        c.cut(c.mask((80, 80, 36, 40), (84, 46, 28, 15), (68, 52, 18, 13)), c.mask((80, 110, 33, 45)), hair, 90)
    elif style in ("long", "bob"):
        c.cut(crown, c.mask((94, 112, 40, 54), (62, 122, 26, 40)), hair, 118)
    elif style == "fringe":
        c.cut(crown, c.mask((80, 124, 30, 49)), hair, 112)
        c.rect(53, 60, 107, 77, hair, 6)
    elif style == "bun":
        c.cut(c.mask((80, 83, 35, 40)), c.mask((80, 112, 33, 50)), hair, 90)
        c.arc(80, 47, 14, 7, 20, 160, light, 2)
    elif style == "afro":
        c.cut(c.mask((80, 78, 40, 40)), c.mask((80, 112, 32, 46)), hair, 96)
    elif style == "pony":
        c.cut(c.mask((80, 83, 36, 41)), c.mask((68, 114, 34, 52)), hair, 92)
    elif style == "curly":
        for x, y, r in ((54, 62, 12), (64, 51, 13), (80, 46, 14), (96, 51, 13), (106, 62, 12), (72, 60, 10), (88, 60, 10)):
            c.oval(x, y, r, r, hair)
        for x, y in ((64, 49), (81, 44), (97, 50)):
            c.arc(x, y, 7, 7, 200, 330, light, 2)
    elif style == "braids":
        c.cut(c.mask((80, 83, 36, 41)), c.mask((62, 114, 22, 50), (98, 114, 22, 50)), hair, 98)
        for side in (-1, 1):
            for i in range(5):
                c.oval(80 + side * (39 + i * .8), 98 + i * 14, 8.5 - i * .6, 9, hair if i % 2 else shade(rgb_hex(hair), 1.1))
            c.rect(80 + side * 42 - 6, 160, 80 + side * 42 + 6, 166, rgb("#f5c84c"), 2)
    elif style == "beanie":
        c.cut(c.mask((80, 74, 39, 40)), c.mask((80, 400, 1, 1)), rgb("#c2574a"), 70)
        c.rect(39, 62, 121, 78, rgb("#a9443a"), 7)
        c.oval(80, 33, 9, 9, rgb("#f0e3d2"))
    elif style == "hijab":
        c.cut(c.mask((80, 88, 43, 50)), c.mask((80, 93, 29, 36)), hair)
        c.arc(80, 93, 31, 38, 0, 360, light, 2)
    elif style == "wrap":
        c.cut(c.mask((80, 72, 40, 40), (104, 40, 18, 14)), c.mask((80, 116, 40, 50)), hair, 84)
        c.arc(70, 92, 44, 42, 240, 310, light, 3)
        c.arc(92, 96, 50, 48, 220, 300, shade(rgb_hex(hair), .8), 2.5)


def portrait(look):
    _, style, skin_hex, hair_hex, clothes_hex, back_hex, collar, extras = look
    style = style.replace("grey ", "")
    skin, hair, clothes = rgb(skin_hex), rgb(hair_hex), rgb(clothes_hex)
    shadow, light = shade(skin_hex, .86), shade(hair_hex, 1.22)
    ink = (44, 32, 30)
    c = Canvas(rgb(back_hex))
    c.oval(80, 104, 74, 74, shade(back_hex, 1.45))

    hair_behind(c, style, hair)
    # shoulders, neck and collar
    if collar == "hoodie":
        c.oval(80, 154, 44, 24, shade(clothes_hex, .8))
    c.oval(80, 210, 68, 62, clothes)
    if collar == "vneck":
        c.poly([(62, 146), (98, 146), (80, 182)], skin)
    c.rect(66, 112, 94, 152, skin, 6)
    c.oval(80, 151, 18, 9, skin)
    c.rect(66, 116, 94, 131, shadow)
    c.oval(80, 131, 14, 8, shadow)
    if collar == "crew":
        c.arc(80, 149, 21, 13, 8, 172, shade(clothes_hex, .8), 4)
    elif collar == "shirt":
        c.poly([(80, 162), (60, 144), (52, 158), (68, 176)], (250, 248, 244))
        c.poly([(80, 162), (100, 144), (108, 158), (92, 176)], (250, 248, 244))
    elif collar == "hoodie":
        c.arc(80, 148, 23, 17, 5, 175, shade(clothes_hex, .8), 5)
        for x in (70, 90):
            c.rect(x - 1.3, 164, x + 1.3, 186, (250, 248, 244), 1)
    elif collar == "roll":
        c.rect(61, 136, 99, 160, shade(clothes_hex, .87), 8)

    if style == "hijab":
        c.rect(40, 90, 120, 172, hair, 34)
        c.oval(80, 158, 52, 24, hair)
        c.arc(92, 122, 56, 46, 60, 128, shade(rgb_hex(hair), .8), 2.5)
        c.arc(96, 112, 56, 46, 66, 122, shade(rgb_hex(hair), .8), 2.5)

    # head
    if style != "hijab":
        for x in (48, 112):
            c.oval(x, 92, 6.5, 9, skin)
            c.oval(x, 92, 3, 5, shadow)
    c.oval(80, 82, 33, 36, skin)
    c.oval(80, 95, 31, 35, skin)
    if "earrings" in extras:
        for x in (47, 113):
            c.oval(x, 104, 3.2, 3.2, rgb("#f2c14e"))
    if "beard" in extras:
        c.cut(c.mask((80, 95, 32, 36.5)), c.mask((80, 80, 30, 31)), hair)
        c.oval(80, 112, 17, 9, hair)
    # cheeks, mouth, nose, eyes
    if "beard" not in extras:
        for x in (59, 101):
            c.oval(x, 104, 6, 4, tuple(int(s * .82 + k * .18) for s, k in zip(skin, (226, 84, 84))))
    c.draw.chord(c.box(69, 100, 91, 119), 10, 170, fill=(150, 52, 54))
    c.draw.chord(c.box(70.5, 104, 89.5, 116), 14, 166, fill=(255, 250, 246))
    c.arc(80, 97, 4.5, 4, 20, 160, shade(skin_hex, .72), 2)
    for side in (-1, 1):
        c.oval(80 + side * 13, 88, 3.6, 4.4, ink)
        c.oval(80 + side * 13 + 1.2, 86.4, 1.2, 1.3, (255, 255, 255))
        brow = shade(hair_hex, .8) if style not in ("hijab", "wrap") else ink
        c.arc(80 + side * 13, 84, 8, 6, 215, 325, brow, 2.6)
    if "freckles" in extras:
        for x, y in ((58, 98), (63, 100), (60, 103), (97, 100), (102, 98), (100, 103)):
            c.oval(x, y, 1, 1, shade(skin_hex, .72))
    hair_front(c, style, hair, light)
    if "glasses" in extras:
        for x in (67, 93):
            c.arc(x, 89, 10.5, 9.5, 0, 360, ink, 2)
        c.rect(76.5, 87, 83.5, 89, ink)
    return c.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def jpeg(image):
    """The best quality that stays within the limit."""
    for quality in range(90, 30, -2):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, optimize=True, subsampling=2)
        if out.tell() <= LIMIT:
            return out.getvalue()
    raise ValueError("a portrait does not fit")


def file_name(index):
    return "portrait-%02d.jpg" % (index + 1)


def write_all(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for index, look in enumerate(LOOKS):
        (folder / file_name(index)).write_bytes(jpeg(portrait(look)))
