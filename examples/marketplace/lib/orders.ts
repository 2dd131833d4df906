import { payoutAmount, platformFee } from "@/lib/fees"
import type { OrderItem } from "@/lib/types"

type Line = Pick<OrderItem, "quantity" | "unit_price">

export function orderTotal(items: Line[]) {
  let total = 0
  for (const item of items) {
    total = total + item.unit_price * item.quantity
  }
  return total
}

export function orderSummary(items: Line[]) {
  const total = orderTotal(items)
  return { total, fee: platformFee(items), payout: payoutAmount(total) }
}
