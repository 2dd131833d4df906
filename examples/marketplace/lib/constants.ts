export const SITE_NAME = "Atticly"
export const SITE_URL = process.env.NEXT_PUBLIC_SITE_URL || "http://localhost:3000"
export const SUPPORT_EMAIL = "support@atticly.example"

export const CONDITIONS = [
  { value: "new", label: "Like new" },
  { value: "good", label: "Good" },
  { value: "worn", label: "Worn, with character" },
  { value: "restore", label: "To be restored" },
] as const

// Names of columns that never leave the server
export const PRIVATE_COLUMNS = ["iban", "stripe_account_id", "payout_balance", "phone"]
