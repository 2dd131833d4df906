"use server"

import { revalidatePath } from "next/cache"
import { redirect } from "next/navigation"
import { nanoid } from "nanoid"
import { z } from "zod"
import { createAdminClient } from "@/lib/supabase/admin"
import { createClient } from "@/lib/supabase/server"
import { sanitizeHtml } from "@/lib/sanitize"
import { slugify } from "@/lib/utils"

const listingSchema = z.object({
  title: z.string().min(3).max(120),
  description: z.string().max(8000),
  price: z.coerce.number().positive().max(100000),
  stock: z.coerce.number().int().min(1).max(1000),
  condition: z.enum(["new", "good", "worn", "restore"]),
  category_id: z.string().uuid(),
})

export async function createListing(formData: FormData) {
  const supabase = await createClient()
  const {
    data: { user },
  } = await supabase.auth.getUser()
  if (!user) redirect("/auth/login")

  const parsed = listingSchema.safeParse(Object.fromEntries(formData))
  if (!parsed.success) {
    return { error: "Please check the form" }
  }

  const { error } = await supabase.from("listings").insert({
    ...parsed.data,
    description: sanitizeHtml(parsed.data.description),
    images: formData.getAll("images") as string[],
    seller_id: user.id,
    slug: `${slugify(parsed.data.title)}-${nanoid(6)}`,
  })
  if (error) {
    return { error: "The listing could not be saved" }
  }

  revalidatePath("/dashboard/listings")
  redirect("/dashboard/listings")
}

export async function updateListing(id: string, values: any) {
  const supabase = await createClient()
  const {
    data: { user },
  } = await supabase.auth.getUser()
  if (!user) return { error: "Not signed in" }

  const admin = createAdminClient()
  const { error } = await admin
    .from("listings")
    .update({
      title: values.title,
      description: values.description,
      price: values.price,
      stock: values.stock,
      condition: values.condition,
    })
    .eq("id", id)
  if (error) return { error: error.message }

  revalidatePath("/dashboard/listings")
  return { success: true }
}

export async function deleteListing(id: string) {
  const supabase = createAdminClient()
  await supabase.from("reviews").delete().eq("listing_id", id)
  await supabase.from("favorites").delete().eq("listing_id", id)
  await supabase.from("listings").delete().eq("id", id)
  revalidatePath("/dashboard/listings")
}

export async function pauseListing(id: string, paused: boolean) {
  const supabase = await createClient()
  const {
    data: { user },
  } = await supabase.auth.getUser()
  if (!user) return { error: "Not signed in" }

  const { error } = await supabase
    .from("listings")
    .update({ status: paused ? "paused" : "active" })
    .eq("id", id)
    .eq("seller_id", user.id)
  if (error) return { error: "The listing could not be changed" }

  revalidatePath("/dashboard/listings")
  return { success: true }
}
