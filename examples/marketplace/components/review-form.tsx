"use client"

import { useState } from "react"
import { toast } from "sonner"
import { addReview } from "@/app/actions/reviews"
import { Button } from "@/components/ui/button"
import { Textarea } from "@/components/ui/textarea"

export function ReviewForm({ slug, listingId }: { slug: string; listingId: string }) {
  const [rating, setRating] = useState(5)

  const submit = async (formData: FormData) => {
    formData.set("listing_id", listingId)
    formData.set("rating", String(rating))
    const result = await addReview(slug, formData)
    if (result.error) {
      toast.error(result.error)
      return
    }
    toast.success("Thank you for your review")
  }

  return (
    <form action={submit} className="space-y-3">
      <select
        className="rounded-md border bg-background px-3 py-2 text-sm"
        value={rating}
        onChange={(e) => setRating(Number(e.target.value))}
      >
        {[5, 4, 3, 2, 1].map((value) => (
          <option key={value} value={value}>
            {value} stars
          </option>
        ))}
      </select>
      <Textarea name="body" placeholder="How was it?" required minLength={3} />
      <Button type="submit" variant="secondary">
        Write a review
      </Button>
    </form>
  )
}
