"use client"

import { useState } from "react"
import { useRouter } from "next/navigation"
import { toast } from "sonner"
import { updateListing } from "@/app/actions/listings"
import { Button } from "@/components/ui/button"
import { Input } from "@/components/ui/input"
import { Label } from "@/components/ui/label"
import { Textarea } from "@/components/ui/textarea"
import type { Listing } from "@/lib/types"

export function EditListingForm({ listing }: { listing: Listing }) {
  const router = useRouter()
  const [values, setValues] = useState(listing)
  const [tagging, setTagging] = useState(false)

  const save = async () => {
    const result = await updateListing(listing.id, values)
    if (result.error) {
      toast.error(result.error)
      return
    }
    toast.success("Saved")
    router.push("/dashboard/listings")
  }

  const autoTag = async () => {
    setTagging(true)
    const response = await fetch("/api/ai/tags", {
      method: "POST",
      body: JSON.stringify({ listingId: listing.id }),
    })
    const { suggestion } = await response.json()
    setValues({ ...values, ...suggestion })
    setTagging(false)
  }

  return (
    <div className="space-y-4">
      <div className="space-y-1.5">
        <Label htmlFor="title">Title</Label>
        <Input id="title" value={values.title} onChange={(e) => setValues({ ...values, title: e.target.value })} />
      </div>
      <div className="space-y-1.5">
        <Label htmlFor="description">Description</Label>
        <Textarea
          id="description"
          rows={8}
          value={values.description || ""}
          onChange={(e) => setValues({ ...values, description: e.target.value })}
        />
      </div>
      <div className="grid grid-cols-2 gap-4">
        <div className="space-y-1.5">
          <Label htmlFor="price">Price in €</Label>
          <Input
            id="price"
            type="number"
            value={values.price}
            onChange={(e) => setValues({ ...values, price: Number(e.target.value) })}
          />
        </div>
        <div className="space-y-1.5">
          <Label htmlFor="stock">Stock</Label>
          <Input
            id="stock"
            type="number"
            value={values.stock}
            onChange={(e) => setValues({ ...values, stock: Number(e.target.value) })}
          />
        </div>
      </div>
      <div className="flex gap-2">
        <Button onClick={save}>Save</Button>
        <Button variant="outline" onClick={autoTag} disabled={tagging}>
          {tagging ? "Thinking…" : "Let AI fill in the rest"}
        </Button>
      </div>
    </div>
  )
}
