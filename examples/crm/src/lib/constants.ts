export const LEAD_STATUSES = ["new", "contacted", "qualified", "unqualified", "converted"] as const;

export const LEAD_SOURCES = ["website", "form", "referral", "event", "import", "manual"] as const;

export const DEAL_STAGES = [
  { id: "prospecting", label: "Prospecting", probability: 10 },
  { id: "qualification", label: "Qualification", probability: 25 },
  { id: "proposal", label: "Proposal", probability: 50 },
  { id: "negotiation", label: "Negotiation", probability: 75 },
  { id: "won", label: "Won", probability: 100 },
  { id: "lost", label: "Lost", probability: 0 },
] as const;

export const ACTIVITY_TYPES = ["call", "email", "meeting", "task"] as const;

export const INVOICE_STATUSES = ["draft", "sent", "paid", "overdue", "void"] as const;

// Columns that an export never contains, whatever the table: password, secret, token, api_key
export const NEVER_EXPORT = ["password", "secret", "token", "api_key", "service_role"];
