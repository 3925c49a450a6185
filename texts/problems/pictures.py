"""Why a picture cannot be used."""

from texts import N_

SENTENCES = {
    "picture.too_large": N_("The picture is larger than %(most)s MB. Make it smaller first."),
    "picture.too_many_pixels": N_("The picture has more than %(most)s million pixels. Make it smaller first."),
    "picture.not_a_picture": N_("This is no picture that can be used. Take a PNG, JPEG, GIF or WebP file."),
}
