import { format, formatDistanceToNow, parseISO } from "date-fns";

export function formatCurrency(value: number | null | undefined, currency = "USD") {
  return new Intl.NumberFormat("en-US", { style: "currency", currency, maximumFractionDigits: 0 }).format(value ?? 0);
}

export function formatDate(value: string | null | undefined) {
  if (!value) return "–";
  return format(parseISO(value), "MMM d, yyyy");
}

export function timeAgo(value: string) {
  return formatDistanceToNow(parseISO(value), { addSuffix: true });
}

export function fullName(person: { first_name: string; last_name?: string | null }) {
  return [person.first_name, person.last_name].filter(Boolean).join(" ");
}
