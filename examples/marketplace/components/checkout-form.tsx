"use client"

import { useState } from "react"
import { toast } from "sonner"
import { Button } from "@/components/ui/button"
import { Input } from "@/components/ui/input"
import { Label } from "@/components/ui/label"
import { useCart } from "@/hooks/use-cart"
import { useUser } from "@/hooks/use-user"
import { formatPrice } from "@/lib/format"

export function CheckoutForm() {
  const { items, total } = useCart()
  const { user } = useUser()
  const [email, setEmail] = useState("")
  const [shipping, setShipping] = useState({ name: "", street: "", postcode: "", city: "", country: "" })
  const [loading, setLoading] = useState(false)

  const pay = async (e: React.FormEvent) => {
    e.preventDefault()
    setLoading(true)
    const response = await fetch("/api/checkout", {
      method: "POST",
      body: JSON.stringify({
        items,
        buyerId: user?.id,
        sellerId: items[0]?.sellerId,
        email: user?.email || email,
        shipping,
      }),
    })
    const data = await response.json()
    if (!response.ok) {
      toast.error("The payment could not be started")
      setLoading(false)
      return
    }
    window.location.href = data.url
  }

  const field = (name: keyof typeof shipping, label: string) => (
    <div className="space-y-1.5">
      <Label htmlFor={name}>{label}</Label>
      <Input
        id={name}
        required
        value={shipping[name]}
        onChange={(e) => setShipping({ ...shipping, [name]: e.target.value })}
      />
    </div>
  )

  return (
    <form onSubmit={pay} className="space-y-4">
      {!user && (
        <div className="space-y-1.5">
          <Label htmlFor="email">E-mail</Label>
          <Input id="email" type="email" required value={email} onChange={(e) => setEmail(e.target.value)} />
        </div>
      )}
      {field("name", "Name")}
      {field("street", "Street")}
      <div className="grid grid-cols-2 gap-4">
        {field("postcode", "Postcode")}
        {field("city", "City")}
      </div>
      {field("country", "Country")}
      <Button type="submit" size="lg" className="w-full" disabled={loading || items.length === 0}>
        {loading ? "One moment…" : `Pay ${formatPrice(total)}`}
      </Button>
    </form>
  )
}
