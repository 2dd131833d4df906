import Link from "next/link"
import { CategoryNav } from "@/components/category-nav"
import { ListingGrid } from "@/components/listing-grid"
import { Button } from "@/components/ui/button"
import { getCategories, getFeatured } from "@/lib/listings"

export const dynamic = "force-dynamic"

export default async function HomePage() {
  const [featured, categories] = await Promise.all([getFeatured(), getCategories()])

  return (
    <>
      <section className="border-b bg-secondary/60">
        <div className="container flex flex-col items-start gap-6 py-20">
          <h1 className="max-w-2xl text-4xl font-semibold tracking-tight md:text-5xl">
            Furniture with a past, from people near you
          </h1>
          <p className="max-w-xl text-muted-foreground">
            Every attic hides a treasure. Buy it for a fair price, or let yours go to somebody who loves it.
          </p>
          <div className="flex gap-3">
            <Button asChild size="lg">
              <Link href="/listings">Browse</Link>
            </Button>
            <Button asChild size="lg" variant="outline">
              <Link href="/dashboard/listings/new">Sell something</Link>
            </Button>
          </div>
        </div>
      </section>
      <section className="container space-y-6 py-12">
        <CategoryNav categories={categories} />
        <h2 className="text-2xl font-semibold">Fresh from the attic</h2>
        <ListingGrid listings={featured} />
      </section>
    </>
  )
}
