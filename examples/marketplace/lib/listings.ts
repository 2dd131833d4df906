import { isConfigured, sampleCategories, sampleListings, sampleReviews } from "@/lib/sample-data"
import { createClient } from "@/lib/supabase/server"
import type { Category, Listing, Review } from "@/lib/types"

export async function getListings(filters: { category?: string; q?: string }) {
  if (!isConfigured) return sampleListings
  const supabase = await createClient()

  let query = supabase
    .from("listings")
    .select("*, profiles!seller_id(id, full_name, avatar_url), categories!inner(slug)")
    .eq("status", "active")

  if (filters.category) {
    query = query.eq("categories.slug", filters.category)
  }
  if (filters.q) {
    query = query.ilike("title", `%${filters.q}%`)
  }

  const { data, error } = await query.order("created_at", { ascending: false })
  if (error) throw error
  return data as Listing[]
}

export async function getFeatured() {
  if (!isConfigured) return sampleListings
  const supabase = await createClient()
  const { data, error } = await supabase
    .from("listings")
    .select("*, profiles!seller_id(id, full_name, avatar_url)")
    .eq("status", "active")
    .eq("featured", true)
    .order("created_at", { ascending: false })
    .limit(8)
  if (error) throw error
  return data as Listing[]
}

export async function getListing(slug: string) {
  if (!isConfigured) return sampleListings.find((listing) => listing.slug === slug) ?? null
  const supabase = await createClient()
  const { data, error } = await supabase
    .from("listings")
    .select("*, profiles!seller_id(id, full_name, avatar_url, email)")
    .eq("slug", slug)
    .maybeSingle()
  if (error) throw error
  return data as Listing | null
}

export async function getReviews(listingId: string) {
  if (!isConfigured) return sampleReviews
  const supabase = await createClient()
  const { data, error } = await supabase
    .from("reviews")
    .select("*, profiles!seller_id(full_name)")
    .eq("listing_id", listingId)
    .order("created_at", { ascending: false })
    .limit(50)
  if (error) throw error
  return data as Review[]
}

export async function getCategories() {
  if (!isConfigured) return sampleCategories
  const supabase = await createClient()
  const { data, error } = await supabase.from("categories").select("*").order("position").limit(40)
  if (error) throw error
  return data as Category[]
}
