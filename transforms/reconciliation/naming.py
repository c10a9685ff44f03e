"""What an invoice's providers and models are called with us."""

from dataclasses import dataclass, field

from transforms.invoices.lines import Invoice, InvoiceError, InvoiceLine, Meaning
from transforms.pricing.model_names import PRICE_LISTS, ModelNames


@dataclass(frozen=True)
class Naming:
    """Resolves the names on an invoice by the rules that calls are resolved by; the user's mapping goes first.

    ``known`` are the (provider, model) pairs of our calls: a model without a price is matched by its own name.
    """

    providers: tuple[str, ...]
    meaning: Meaning
    names: ModelNames
    known: frozenset[tuple[str, str]] = frozenset()
    _found: dict[tuple[str, str], str | None] = field(default_factory=dict, repr=False)

    @property
    def price_lists(self) -> list[str]:
        """The price lists of the invoice's providers."""
        return sorted({PRICE_LISTS.get(one, one) for one in self.providers})

    def named(self, line: InvoiceLine) -> tuple[str, str]:
        """(provider, model) of a line in our names; a name that means nothing stays as billed, '' is no name."""
        provider = self._provider(line)
        return provider, (self._model(provider, line.model) or line.model) if line.model else ""

    def is_unknown(self, line: InvoiceLine) -> bool:
        """Whether a line names a model that neither a price list nor any call of ours knows."""
        return bool(line.model) and self._model(self._provider(line), line.model or "") is None

    def _provider(self, line: InvoiceLine) -> str:
        return line.provider or (self.providers[0] if len(self.providers) == 1 else "")

    def _model(self, provider: str, name: str) -> str | None:
        key = (provider, name)
        if key not in self._found:
            self._found[key] = self._resolved(provider, self.meaning.models.get(name, name))
        return self._found[key]

    def _resolved(self, provider: str, name: str) -> str | None:
        found = self.names.resolve(provider, name)
        if found:
            return found.price_model
        return name if (provider, name) in self.known else None


def providers_of(invoice: Invoice) -> tuple[str, ...]:
    """Whose invoice it is. Raises InvoiceError where it does not say."""
    providers = sorted({line.provider for line in invoice.lines if line.provider})
    if not providers:
        raise InvoiceError(f"{invoice.name}: no line names a provider; say whose it is, such as --provider openai")
    return tuple(providers)


def our_provider(naming: Naming, provider: str | None, price_provider: str | None) -> str:
    """The invoice's provider that a call of ours belongs to: its own, else the one whose price list has its model."""
    if provider is not None:
        return provider
    return next((one for one in naming.providers if PRICE_LISTS.get(one, one) == price_provider), "")
