import { Link } from "react-router-dom";
import { MoreHorizontal } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { Lead } from "@/hooks/useLeads";
import { fullName, timeAgo } from "@/lib/format";

interface LeadTableProps {
  leads: Lead[];
  selected: string[];
  onToggle: (id: string) => void;
  onDelete: (id: string) => void;
}

export function LeadTable({ leads, selected, onToggle, onDelete }: LeadTableProps) {
  return (
    <Table>
      <TableHeader>
        <TableRow>
          <TableHead className="w-10" />
          <TableHead>Name</TableHead>
          <TableHead>Company</TableHead>
          <TableHead>E-mail</TableHead>
          <TableHead>Status</TableHead>
          <TableHead>Score</TableHead>
          <TableHead>Created</TableHead>
          <TableHead className="w-10" />
        </TableRow>
      </TableHeader>
      <TableBody>
        {leads.map((lead) => (
          <TableRow key={lead.id} data-state={selected.includes(lead.id) ? "selected" : undefined}>
            <TableCell>
              <input
                type="checkbox"
                aria-label={`Select ${fullName(lead)}`}
                checked={selected.includes(lead.id)}
                onChange={() => onToggle(lead.id)}
              />
            </TableCell>
            <TableCell>
              <Link className="font-medium hover:underline" to={`/leads/${lead.id}`}>
                {fullName(lead)}
              </Link>
            </TableCell>
            <TableCell>{lead.company_name}</TableCell>
            <TableCell>{lead.email}</TableCell>
            <TableCell>
              <Badge variant={lead.status === "qualified" ? "default" : "secondary"}>{lead.status}</Badge>
            </TableCell>
            <TableCell>{lead.score}</TableCell>
            <TableCell className="text-muted-foreground">{timeAgo(lead.created_at)}</TableCell>
            <TableCell>
              <DropdownMenu>
                <DropdownMenuTrigger asChild>
                  <Button variant="ghost" size="icon" aria-label="Actions">
                    <MoreHorizontal />
                  </Button>
                </DropdownMenuTrigger>
                <DropdownMenuContent align="end">
                  <DropdownMenuItem onClick={() => onDelete(lead.id)}>Delete</DropdownMenuItem>
                </DropdownMenuContent>
              </DropdownMenu>
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
