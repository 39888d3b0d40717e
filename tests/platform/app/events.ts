// Events of runs, as people see them afterwards.
import { Injectable } from "@nestjs/common";
import type { DataSource } from "typeorm";
import { InjectDataSource } from "./data.js";
import { Events, Runs } from "./entities.js";

@Injectable()
export class EventLog {
  @InjectDataSource() readonly db!: DataSource;

  async add(run_id: string, kind: string, data: unknown): Promise<void> {
    await this.db.getRepository(Events).insert({ run_id, kind, data: data as object });
  }

  async of(run_id: string, tenant_id: string): Promise<{ kind: string; data: unknown }[]> {
    await this.db.getRepository(Runs).findOneByOrFail({ id: run_id, tenant_id });
    const rows = await this.db.getRepository(Events).find({ where: { run_id }, order: { id: "ASC" } });
    return rows.map(({ kind, data }) => ({ kind, data }));
  }
}
