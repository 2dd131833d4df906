"use server"

import { revalidatePath } from "next/cache"
import { z } from "zod"
import { createClient } from "@/lib/supabase/server"

const reviewSchema = z.object({
  listing_id: z.string().uuid(),
  rating: z.coerce.number().int().min(1).max(5),
  body: z.string().trim().min(3).max(2000),
})

export async function addReview(slug: string, formData: FormData) {
  const supabase = await createClient()
  const {
    data: { user },
  } = await supabase.auth.getUser()
  if (!user) return { error: "Sign in to write a review" }

  const parsed = reviewSchema.safeParse(Object.fromEntries(formData))
  if (!parsed.success) return { error: "Please give a rating and a few words" }

  const { error } = await supabase.from("reviews").insert({ ...parsed.data, author_id: user.id })
  if (error) return { error: "The review could not be saved" }

  revalidatePath(`/listings/${slug}`)
  return { success: true }
}
