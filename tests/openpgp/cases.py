"""The test cases: for each program every compression with every size, and each of its other options."""

import random
from dataclasses import dataclass, field

# Sizes at which the encoding of a length changes, of the content and of the packets around it (6 and 7 bytes less).
EDGES = (192, 512, 8_384, 65_536)
SIZES = (0, 1, *sorted({edge + step for edge in EDGES for step in (-7, -6, -1, 0, 1)}), 1_048_576)
SHORT_SIZES = (0, 512, 65_537)
TEXT_SIZES = (0, 1, 192, 511, 512, 8_384, 65_537)
MIDDLE = 3_000
LINE = "Packets nest: literal data lies in compressed data, which lies in encrypted data. "


def content(size, filling, text=False):
    """So many bytes, the same in each run: random ones, or lines that compress well. A text has no line ends, which some
    programs change."""
    if filling == "line":
        return (LINE * (size // len(LINE) + 1))[:size].encode()
    chance = random.Random(f"{size} {text}")
    return bytes(chance.choices(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", k=size)) if text else chance.randbytes(size)


def words(variant):
    return ",".join(name if value is True else f"{name}={value}" for name, value in variant.items())


@dataclass(frozen=True)
class Case:
    """One message that a program writes."""

    program: object
    compression: str = "none"
    size: int = MIDDLE
    filling: str = "random"
    variant: dict = field(default_factory=dict)
    text: bool = False

    def __str__(self):
        return "-".join(filter(None, [self.program.name, self.compression, str(self.size), self.filling, words(self.variant)]))

    @property
    def content(self):
        return content(self.size, self.filling, self.text)

    def write(self, password):
        """The message; if the variant says so, to other passwords, too, before this one."""
        options = dict(self.variant)
        others = [f"of somebody else {number}" for number in range(options.pop("others", 0))]
        if self.text:
            options["text"] = True
        return self.program.encrypt(self.content, passwords=[*others, password], compression=self.compression, **options)


def parts(program, short):
    """Every size with every compression, and other options by a fixed random choice; then every other option, with one
    compression (short) or with each."""
    quick = [variant for variant in program.VARIANTS if variant.get("count") != 255]
    made = []
    for size in SHORT_SIZES if short else SIZES:
        for compression in program.COMPRESSIONS:
            for filling in ("random",) if short or program.SLOW else ("random", "line"):
                variant = random.Random(f"{program.name} {size} {compression} {filling}").choice(quick)
                made.append(Case(program, compression, size, filling, variant))
    for number, variant in enumerate(program.VARIANTS):
        for compression in program.COMPRESSIONS[number % len(program.COMPRESSIONS):][:1] if short or program.SLOW else program.COMPRESSIONS:
            made.append(Case(program, compression, variant=variant))
    return once(made)


def messages(program, short):
    quick = [variant for variant in program.VARIANTS if variant.get("count") != 255 and "armor" not in variant and "lengths" not in variant]
    made = []
    for size in (TEXT_SIZES[4:5] if short else TEXT_SIZES):
        for compression in program.COMPRESSIONS:
            variant = random.Random(f"{program.name} {size} {compression}").choice(quick)
            made.append(Case(program, compression, size, "line" if size % 2 else "random", variant, text=True))
    return once(made)


def damaged(program, short):
    """Messages in which one byte is changed."""
    authenticated = [variant for variant in program.VARIANTS if set(variant) == {"aead"}]
    made = [Case(program, compression, 600, variant=variant) for compression in program.COMPRESSIONS[::2] for variant in [{}, *authenticated]]
    return made[:3 if short else None]


def once(cases):
    """The list without repetitions."""
    return list({str(case): case for case in cases}.values())
