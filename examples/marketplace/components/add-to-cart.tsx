"use client"

import { toast } from "sonner"
import { Button } from "@/components/ui/button"
import { useCart } from "@/hooks/use-cart"
import type { Listing } from "@/lib/types"

export function AddToCart({ listing }: { listing: Listing }) {
  const { add } = useCart()

  return (
    <Button
      size="lg"
      className="w-full"
      disabled={listing.stock < 1}
      onClick={() => {
        add({
          id: listing.id,
          sellerId: listing.seller_id,
          title: listing.title,
          price: listing.price,
          image: listing.images?.[0] || "/placeholder.svg",
          quantity: 1,
        })
        toast.success("Added to your cart")
      }}
    >
      {listing.stock < 1 ? "Sold" : "Add to cart"}
    </Button>
  )
}
