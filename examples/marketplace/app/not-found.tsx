import Link from "next/link"
import { Button } from "@/components/ui/button"

export default function NotFound() {
  return (
    <div className="container flex flex-col items-center gap-4 py-24 text-center">
      <h1 className="text-2xl font-semibold">Not in this attic</h1>
      <Button asChild variant="outline">
        <Link href="/listings">Browse all listings</Link>
      </Button>
    </div>
  )
}
