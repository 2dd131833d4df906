"use client"

import Link from "next/link"
import { toast } from "sonner"
import { deleteListing, pauseListing } from "@/app/actions/listings"
import { Button } from "@/components/ui/button"

export function ListingRowActions({ id, status }: { id: string; status: string }) {
  const pause = async () => {
    const result = await pauseListing(id, status === "active")
    if (result.error) toast.error(result.error)
  }

  return (
    <div className="flex justify-end gap-2">
      <Button asChild size="sm" variant="ghost">
        <Link href={`/dashboard/listings/${id}/edit`}>Edit</Link>
      </Button>
      <Button size="sm" variant="ghost" onClick={pause}>
        {status === "active" ? "Pause" : "Activate"}
      </Button>
      <Button
        size="sm"
        variant="ghost"
        className="text-destructive"
        onClick={() => confirm("Delete this listing?") && deleteListing(id)}
      >
        Delete
      </Button>
    </div>
  )
}
