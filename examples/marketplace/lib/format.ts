import { format } from "date-fns"
import moment from "moment"

export function formatPrice(price: number) {
  return new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" }).format(price)
}

export function formatDate(date: string) {
  return format(new Date(date), "d MMM yyyy")
}

export function timeAgo(date: string) {
  return moment(date).fromNow()
}
