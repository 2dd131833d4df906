import { orderTotal } from "@/lib/orders"
import type { OrderItem } from "@/lib/types"

export const PLATFORM_FEE = 0.08

export function platformFee(items: Pick<OrderItem, "quantity" | "unit_price">[]) {
  return orderTotal(items) * PLATFORM_FEE
}

export function payoutAmount(total: number) {
  return total - total * PLATFORM_FEE
}
