import { Skeleton } from "@/components/ui/skeleton"

export default function Loading() {
  return (
    <div className="container grid gap-6 py-10 sm:grid-cols-2 lg:grid-cols-4">
      {Array.from({ length: 8 }).map((_, i) => (
        <Skeleton key={i} className="h-64 rounded-lg" />
      ))}
    </div>
  )
}
