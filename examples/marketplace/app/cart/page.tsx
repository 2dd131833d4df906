"use client"

import Link from "next/link"
import { Trash2 } from "lucide-react"
import { EmptyState } from "@/components/empty-state"
import { Button } from "@/components/ui/button"
import { Card, CardContent } from "@/components/ui/card"
import { useCart } from "@/hooks/use-cart"
import { formatPrice } from "@/lib/format"

export default function CartPage() {
  const { items, total, remove, setQuantity } = useCart()

  if (items.length === 0) {
    return (
      <div className="container py-10">
        <EmptyState title="Your cart is empty" text="There are a few thousand attics to explore." />
      </div>
    )
  }

  return (
    <div className="container max-w-3xl space-y-4 py-10">
      <h1 className="text-3xl font-semibold">Your cart</h1>
      {items.map((item) => (
        <Card key={item.id}>
          <CardContent className="flex items-center gap-4 p-4">
            <img src={item.image} alt="" className="h-16 w-20 rounded object-cover" />
            <span className="flex-1 font-medium">{item.title}</span>
            <input
              type="number"
              min={1}
              value={item.quantity}
              className="w-16 rounded border px-2 py-1"
              onChange={(e) => setQuantity(item.id, Number(e.target.value))}
            />
            <span className="w-24 text-right">{formatPrice(item.price * item.quantity)}</span>
            <Button variant="ghost" size="icon" onClick={() => remove(item.id)} aria-label="Remove">
              <Trash2 />
            </Button>
          </CardContent>
        </Card>
      ))}
      <div className="flex items-center justify-between pt-4">
        <span className="text-lg font-semibold">{formatPrice(total)}</span>
        <Button asChild size="lg">
          <Link href="/checkout">Checkout</Link>
        </Button>
      </div>
    </div>
  )
}
