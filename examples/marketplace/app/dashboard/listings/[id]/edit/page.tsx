import { notFound } from "next/navigation"
import { EditListingForm } from "@/components/edit-listing-form"
import { createClient } from "@/lib/supabase/server"

export default async function EditListingPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  const supabase = await createClient()
  const { data: listing } = await supabase.from("listings").select("*").eq("id", id).maybeSingle()
  if (!listing) notFound()

  return (
    <div className="max-w-2xl space-y-6">
      <h1 className="text-2xl font-semibold">Edit listing</h1>
      <EditListingForm listing={listing} />
    </div>
  )
}
