import { FeatureToggle } from "@/components/feature-toggle"
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table"
import { formatDate } from "@/lib/format"
import { createAdminClient } from "@/lib/supabase/admin"

export const dynamic = "force-dynamic"

// The layout lets admins in only
export default async function AdminPage() {
  const supabase = createAdminClient()
  const [{ data: users }, { data: listings }] = await Promise.all([
    supabase
      .from("profiles")
      .select("id, full_name, email, role, created_at")
      .order("created_at", { ascending: false })
      .limit(50),
    supabase
      .from("listings")
      .select("id, title, featured")
      .order("created_at", { ascending: false })
      .limit(50),
  ])

  return (
    <>
      <h1 className="text-2xl font-semibold">Admin</h1>
      <Table>
        <TableHeader>
          <TableRow>
            <TableHead>Name</TableHead>
            <TableHead>E-mail</TableHead>
            <TableHead>Role</TableHead>
            <TableHead>Since</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {users?.map((user) => (
            <TableRow key={user.id}>
              <TableCell>{user.full_name}</TableCell>
              <TableCell>{user.email}</TableCell>
              <TableCell>{user.role}</TableCell>
              <TableCell>{formatDate(user.created_at)}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <ul className="divide-y rounded-lg border">
        {listings?.map((listing) => (
          <li key={listing.id} className="flex items-center justify-between p-3 text-sm">
            {listing.title}
            <FeatureToggle listingId={listing.id} featured={listing.featured} />
          </li>
        ))}
      </ul>
    </>
  )
}
