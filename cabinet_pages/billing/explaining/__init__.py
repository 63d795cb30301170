"""How the sums of an invoice come about: readings, ratio, volume, tariff, VAT, and what the customer had sent."""
