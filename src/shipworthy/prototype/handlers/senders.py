"""Who posts to webhooks, and how each of them signs what it sends."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct


class Sender(Struct, frozen=True):
    """One service that signs the body of its messages with HMAC and a shared secret, or sends the
    secret itself along (no `algorithm`).

    `secret` matches the names that apps give the variable of that secret; `prefix` stands in front
    of the signature in `header`. `source` is the page on which the service says all this.
    """

    name: str
    word: str
    header: str
    secret: str
    source: str
    algorithm: str = "sha256"
    encoding: str = "hex"
    prefix: str = ""

    @property
    def way(self) -> str:
        """How it proves itself, for a person who writes the check."""
        if not self.algorithm:
            return f"{self.name} sends the secret itself in the header {self.header}"
        how = f"{self.algorithm} in the header {self.header} ({self.encoding})"
        return f"{self.name} signs with HMAC {how}"

    def is_secret(self, name: str) -> bool:
        """True for a name that apps give the variable of the secret."""
        return re.fullmatch(self.secret, name) is not None

    def secret_among(self, names: Iterable[str]) -> str | None:
        """The one variable that holds the secret; None where there is none, or more than one."""
        found = {name for name in names if self.is_secret(name)}
        return next(iter(found)) if len(found) == 1 else None


STRIPE = Sender(
    "Stripe",
    r"stripe",
    "stripe-signature",
    r"STRIPE_\w*(WEBHOOK|SIGNING|ENDPOINT)\w*SECRET\w*",
    "https://docs.stripe.com/webhooks#verify-official-libraries",
)

SENDERS = (
    STRIPE,
    Sender(
        "GitHub",
        r"github",
        "x-hub-signature-256",
        r"(GITHUB|GH)_\w*WEBHOOK\w*SECRET",
        "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
        prefix="sha256=",
    ),
    Sender(
        "Shopify",
        r"shopify",
        "x-shopify-hmac-sha256",
        r"SHOPIFY_(\w*WEBHOOK\w*SECRET|API_SECRET(_KEY)?|CLIENT_SECRET)",
        "https://shopify.dev/docs/apps/build/webhooks/subscribe/https",
        encoding="base64",
    ),
    Sender(
        "Meta",
        r"whatsapp|facebook|instagram|messenger",
        "x-hub-signature-256",
        r"(META|FACEBOOK|FB|WHATSAPP|INSTAGRAM)_\w*APP_SECRET",
        "https://developers.facebook.com/docs/graph-api/webhooks/getting-started#event-notifications",
        prefix="sha256=",
    ),
    Sender(
        "Paystack",
        r"paystack",
        "x-paystack-signature",
        r"PAYSTACK_(TEST_|LIVE_)?SECRET(_KEY)?",
        "https://paystack.com/docs/payments/webhooks/#signature-validation",
        algorithm="sha512",
    ),
    Sender(
        "Razorpay",
        r"razorpay",
        "x-razorpay-signature",
        r"RAZORPAY_\w*WEBHOOK\w*SECRET",
        "https://razorpay.com/docs/webhooks/validate-test/",
    ),
    Sender(
        "Lemon Squeezy",
        r"lemon[-_]?squeezy",
        "x-signature",
        r"LEMON_?SQUEEZY_\w*(WEBHOOK|SIGNING)\w*",
        "https://docs.lemonsqueezy.com/help/webhooks/signing-requests",
    ),
    Sender(
        "WooCommerce",
        r"woo(commerce)?",
        "x-wc-webhook-signature",
        r"(WOOCOMMERCE|WOO|WC)_\w*WEBHOOK\w*SECRET",
        "https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks",
        encoding="base64",
    ),
    Sender(
        "Cal.com",
        r"cal(com|-com|\.com)",
        "x-cal-signature-256",
        r"CAL(COM|_COM)?_\w*WEBHOOK\w*SECRET",
        "https://cal.com/docs/developing/guides/automation/webhooks",
    ),
    Sender(
        "Linear",
        r"linear",
        "linear-signature",
        r"LINEAR_\w*(WEBHOOK|SIGNING)\w*SECRET",
        "https://linear.app/developers/webhooks#securing-webhooks",
    ),
    Sender(
        "GitLab",
        r"gitlab",
        "x-gitlab-token",
        r"GITLAB_\w*(WEBHOOK|HOOK)\w*(SECRET|TOKEN)",
        "https://docs.gitlab.com/user/project/integrations/webhooks/",
        algorithm="",
    ),
    Sender(
        "Telegram",
        r"telegram",
        "x-telegram-bot-api-secret-token",
        r"TELEGRAM_\w*(WEBHOOK|SECRET)\w*",
        "https://core.telegram.org/bots/api#setwebhook",
        algorithm="",
    ),
    Sender(
        "Asaas",
        r"asaas",
        "asaas-access-token",
        r"ASAAS_\w*WEBHOOK\w*",
        "https://docs.asaas.com/docs/sobre-os-webhooks",
        algorithm="",
    ),
)


def sender_of(path: str) -> Sender | None:
    """The sender that a path or address names; None where it names none, or several."""
    spelled = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", path).lower()
    words = re.split(r"[^a-z0-9.]+", spelled)
    found = [s for s in SENDERS if any(re.fullmatch(s.word, word) for word in words)]
    if not found and (joined := "-".join(words)):
        found = [s for s in SENDERS if re.search(rf"(?<![a-z])({s.word})(?![a-z])", joined)]
    return found[0] if len(found) == 1 else None
