"use client"

import { useEffect, useState } from "react"
import Link from "next/link"
import { Search } from "lucide-react"
import { Input } from "@/components/ui/input"
import { useDebounce } from "@/hooks/use-debounce"
import { formatPrice } from "@/lib/format"

export function SearchBar() {
  const [query, setQuery] = useState("")
  const [results, setResults] = useState([])
  const debounced = useDebounce(query)

  useEffect(() => {
    if (debounced.length < 2) {
      setResults([])
      return
    }
    fetch(`/api/search?q=${debounced}`)
      .then((response) => response.json())
      .then((data) => setResults(data.results || []))
      .catch(() => {})
  }, [debounced])

  return (
    <div className="relative">
      <Search className="absolute left-3 top-3 h-4 w-4 text-muted-foreground" />
      <Input
        placeholder="Search for a chair, a lamp …"
        className="pl-9"
        value={query}
        onChange={(e) => setQuery(e.target.value)}
      />
      {results.length > 0 && (
        <ul className="absolute z-50 mt-1 w-full rounded-md border bg-popover p-1 text-sm shadow-md">
          {results.slice(0, 6).map((result: any) => (
            <li key={result.id}>
              <Link
                href={`/listings/${result.slug}`}
                className="flex justify-between rounded px-2 py-1.5 hover:bg-accent"
                onClick={() => setQuery("")}
              >
                <span>{result.title}</span>
                <span className="text-muted-foreground">{formatPrice(result.price)}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
