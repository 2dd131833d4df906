import type { Category, Listing, Review } from "@/lib/types"

// Shown until a Supabase project is connected
export const isConfigured = Boolean(process.env.NEXT_PUBLIC_SUPABASE_URL)

const seller = { id: "11111111-1111-4111-8111-111111111111", full_name: "Marlene's Attic", avatar_url: null, bio: null }

function sample(number: number, title: string, slug: string, price: number, description: string): Listing {
  return {
    id: `00000000-0000-4000-8000-00000000000${number}`,
    seller_id: seller.id,
    category_id: null,
    title,
    slug,
    description: `<p>${description}</p>`,
    price,
    stock: 1,
    condition: "good",
    images: ["/placeholder.svg"],
    status: "active",
    featured: true,
    view_count: 0,
    created_at: "2025-06-20T10:00:00Z",
    profiles: seller,
  }
}

export const sampleListings: Listing[] = [
  sample(1, "Teak sideboard, 1962", "teak-sideboard-1962", 640, "Three drawers, two sliding doors, one small scratch."),
  sample(2, "Rattan armchair", "rattan-armchair", 120, "Comfortable, freshly cleaned, without the cushion."),
  sample(3, "Enamel ceiling lamp", "enamel-ceiling-lamp", 89, "From a bakery that closed in 1978. New cable."),
  sample(4, "Oak dining table", "oak-dining-table", 410, "Seats six, eight with both leaves."),
]

export const sampleCategories: Category[] = [
  { id: "c1", name: "Chairs", slug: "chairs", icon: null, position: 1 },
  { id: "c2", name: "Tables", slug: "tables", icon: null, position: 2 },
  { id: "c3", name: "Storage", slug: "storage", icon: null, position: 3 },
  { id: "c4", name: "Lamps", slug: "lamps", icon: null, position: 4 },
]

export const sampleReviews: Review[] = []
