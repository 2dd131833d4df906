"use client"

import { useEffect } from "react"
import Link from "next/link"
import { CheckCircle2 } from "lucide-react"
import { Button } from "@/components/ui/button"
import { useCart } from "@/hooks/use-cart"

export default function CheckoutSuccessPage() {
  const { clear } = useCart()

  useEffect(() => {
    clear()
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [])

  return (
    <div className="container flex max-w-md flex-col items-center gap-4 py-24 text-center">
      <CheckCircle2 className="h-12 w-12 text-primary" />
      <h1 className="text-2xl font-semibold">Thank you!</h1>
      <p className="text-muted-foreground">The seller ships within three days. We sent you a confirmation.</p>
      <Button asChild>
        <Link href="/dashboard/orders">My orders</Link>
      </Button>
    </div>
  )
}
