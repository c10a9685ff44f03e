"""The one palette: Okabe and Ito's, safe for colour-blind eyes, fixed by meaning on every page. Unknown is grey.

The grey is darker than usual: a middle one is the purple to eyes without the green receptor, and nearly the green.
"""

BLUE, SKY, GREEN, YELLOW = "#0072B2", "#56B4E9", "#009E73", "#F0E442"
ORANGE, VERMILLION, PURPLE, GREY = "#E69F00", "#D55E00", "#CC79A7", "#6B6B6B"
BROWN = "#8C6D46"  # not theirs: an eighth tone for long-tail groups, apart from the rest in lightness

TRAFFIC_SOURCE = {"production": BLUE, "eval": ORANGE, "replay": SKY, "ops": GREEN, "unknown": GREY}
SPEND_CLASS = {
    "useful": GREEN,
    "failed_attempt": VERMILLION,
    "superseded_attempt": ORANGE,
    "retry_duplicate": PURPLE,
    "abandoned": YELLOW,
    "untasked": SKY,
    "undetermined": GREY,
}
METHOD = {"direct": BLUE, "proportional": ORANGE, "activity": PURPLE, "unattributed": GREY}
WASTE_CLASSES = ("failed_attempt", "superseded_attempt", "retry_duplicate")
MODEL_FAMILY = {
    "claude": ORANGE,
    "gpt": GREEN,
    "gemini": BLUE,
    "mistral": VERMILLION,
    "llama": SKY,
    "qwen": PURPLE,
    "deepseek": YELLOW,
}
RANKED = (BLUE, ORANGE, GREEN, SKY, PURPLE, VERMILLION, BROWN)
"""For groups without a fixed colour, by rank."""


def model_colour(model: str | None) -> str:
    """The colour of a model's family; grey where the model or its family is not known."""
    name = (model or "").lower()
    return next((colour for family, colour in MODEL_FAMILY.items() if family in name), GREY)
