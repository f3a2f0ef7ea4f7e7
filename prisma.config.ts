import { defineConfig } from 'prisma/config';

// No URL here: the Prisma CLI only generates code. Migrations are applied by src/store/migrate.ts.
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
});
