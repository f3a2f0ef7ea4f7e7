import { Module } from '@nestjs/common';
import { BackfillService } from './backfill.service.js';
import { DiagnosisService } from './diagnosis.service.js';
import { ReverdictService } from './reverdict.service.js';

const services = [BackfillService, DiagnosisService, ReverdictService];

@Module({ providers: services, exports: services })
export class DiagnosisModule {}
