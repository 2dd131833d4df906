import { EmptyState } from "@/components/empty-state"
import { ListingCard } from "@/components/listing-card"
import type { Listing } from "@/lib/types"

export function ListingGrid({ listings }: { listings: Listing[] }) {
  if (listings.length === 0) {
    return <EmptyState title="Nothing here yet" text="Try another search or come back tomorrow." />
  }
  return (
    <div className="grid gap-6 sm:grid-cols-2 lg:grid-cols-4">
      {listings.map((listing) => (
        <ListingCard key={listing.id} listing={listing} />
      ))}
    </div>
  )
}
