import { CategoryNav } from "@/components/category-nav"
import { ListingGrid } from "@/components/listing-grid"
import { getCategories, getListings } from "@/lib/listings"

export const dynamic = "force-dynamic"

export default async function ListingsPage({
  searchParams,
}: {
  searchParams: Promise<{ category?: string; q?: string }>
}) {
  const { category, q } = await searchParams
  const categories = await getCategories()
  const listings = await getListings({ category, q })

  return (
    <div className="container space-y-6 py-10">
      <h1 className="text-3xl font-semibold">{q ? `Results for “${q}”` : "All listings"}</h1>
      <CategoryNav categories={categories} active={category} />
      <ListingGrid listings={listings} />
    </div>
  )
}
