import { ImportDialog } from "@/components/import-dialog"
import { ListingForm } from "@/components/listing-form"
import { getCategories } from "@/lib/listings"

export const dynamic = "force-dynamic"

export default async function NewListingPage() {
  const categories = await getCategories()
  return (
    <div className="max-w-2xl space-y-6">
      <div className="flex items-center justify-between">
        <h1 className="text-2xl font-semibold">New listing</h1>
        <ImportDialog />
      </div>
      <ListingForm categories={categories} />
    </div>
  )
}
